import { expect, test } from 'vitest';
import { addsRoom, noMargins, outpainting } from './outpaint';

test('there is room where an edge gets some', () => {
  expect(addsRoom({ ...noMargins, bottom: 8 })).toBe(true);
  expect(addsRoom({ ...noMargins, feather: 40 })).toBe(false);
});

test('the old picture lies where the new edges leave it', () => {
  expect(outpainting({ width: 100, height: 64 }, { left: 8, top: 16, right: 0, bottom: 24 })).toEqual({ width: 108, height: 104, x: 8, y: 16 });
});
