import { expect, test } from 'vitest';
import { marginsText, noMargins, outpainting } from './outpaint';

test('only edges that get something are said', () => {
  expect(marginsText({ ...noMargins, left: 64, bottom: 8 })).toBe('left=64,bottom=8');
  expect(marginsText(noMargins)).toBe('');
});

test('the old picture lies where the new edges leave it', () => {
  expect(outpainting({ width: 100, height: 64 }, { left: 8, top: 16, right: 0, bottom: 24 })).toEqual({ width: 108, height: 104, x: 8, y: 16 });
});
