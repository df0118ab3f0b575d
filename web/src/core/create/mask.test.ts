import { expect, test } from 'vitest';
import { emptyMask, extended, isBlank, painted, rasterOf, withMark } from './mask';

const size = { width: 8, height: 4 };
const rows = (raster: Uint8ClampedArray) =>
  Array.from({ length: size.height }, (_, y) => [...raster.slice(y * 8, y * 8 + 8)].map((v) => (v ? '#' : '.')).join(''));

test('a pull of the brush is as wide as the brush and has round ends', () => {
  const mask = extended(withMark(emptyMask(size), { erases: false, radius: 1, points: [{ x: 2, y: 2 }] }), { x: 5, y: 2 });
  expect(rows(rasterOf(mask))).toEqual(['........', '.#####..', '.#####..', '........']);
});

test('an eraser takes away, and the order counts', () => {
  const drawn = withMark(emptyMask(size), { erases: false, radius: 20, points: [{ x: 4, y: 2 }] });
  const erased = withMark(drawn, { erases: true, radius: 1, points: [{ x: 1, y: 1 }] });
  expect(rows(rasterOf(drawn))).toEqual(Array(4).fill('########'));
  expect(rows(rasterOf(erased))).toEqual(['..######', '..######', '########', '########']);
});

test('turned around, everything else is masked', () => {
  const mask = { ...withMark(emptyMask(size), { erases: false, radius: 1, points: [{ x: 1, y: 1 }] }), inverted: true };
  expect(rows(rasterOf(mask))).toEqual(['..######', '..######', '########', '########']);
});

test('blank: nothing, or only the eraser', () => {
  expect(isBlank(emptyMask(size))).toBe(true);
  expect(isBlank(withMark(emptyMask(size), { erases: true, radius: 1, points: [] }))).toBe(true);
  expect(isBlank({ ...emptyMask(size), inverted: true })).toBe(false);
});

test('a stroke that goes on is painted on, and undone is painted anew', () => {
  const first = withMark(emptyMask(size), { erases: false, radius: 1, points: [{ x: 1, y: 1 }] });
  const longer = extended(first, { x: 6, y: 3 }), second = withMark(longer, { erases: true, radius: 1, points: [{ x: 6, y: 3 }] });
  const begun = painted(first, null), gone = painted(longer, begun);
  expect(gone.raster).toBe(begun.raster);
  expect(gone.raster).toEqual(rasterOf(longer));
  expect(painted(second, gone).raster).toEqual(rasterOf(second));
  expect(painted(first, painted(longer, null)).raster).toEqual(rasterOf(first));
});

test('a rectangle is told by numbers, and cut at the edges', () => {
  const drawn = withMark(emptyMask(size), { x: 5, y: -1, width: 9, height: 3, erases: false });
  const erased = withMark(drawn, { x: 6, y: 1, width: 1, height: 1, erases: true });
  expect(rows(rasterOf(drawn))).toEqual(['.....###', '.....###', '........', '........']);
  expect(rows(painted(erased, painted(drawn, null)).raster)).toEqual(['.....###', '.....#.#', '........', '........']);
  expect(extended(drawn, { x: 1, y: 1 })).toBe(drawn);
  expect(rows(rasterOf(withMark(emptyMask(size), { x: 9, y: 0, width: 2, height: 2, erases: false })))).toEqual(Array(4).fill('........'));
});
