import { expect, test } from 'vitest';
import { curvesOf, pathOf, withPoint } from './train';

test('a curve for each number, the loss first', () => {
  const lines = [{ step: 1, lr: 0.1, loss: 2, note: 'x' }, { step: 2, lr: 0.1, loss: 1, 'val loss': 3 }, { event: 'end' }];
  expect(curvesOf(lines).map(({ name, points }) => [name, points.length])).toEqual([['loss', 2], ['val loss', 1], ['lr', 2]]);
});

test('a run that goes on from an older checkpoint draws its steps anew', () => {
  const points = [{ step: 1, value: 1 }, { step: 2, value: 2 }, { step: 3, value: 3 }];
  expect(withPoint(points, { step: 2, value: 9 })).toEqual([{ step: 1, value: 1 }, { step: 2, value: 9 }]);
});

test('the path fills its frame, and a flat curve is a line', () => {
  expect(pathOf([{ step: 0, value: 4 }, { step: 10, value: 2 }], 100, 50)).toBe('M0.0 0.0L100.0 50.0');
  expect(pathOf([{ step: 0, value: 1 }, { step: 1, value: 1 }], 10, 5)).toBe('M0.0 5.0L10.0 5.0');
  expect(pathOf(Array.from({ length: 5000 }, (_, step) => ({ step, value: step })), 100, 50).split('L').length).toBe(101);
});
