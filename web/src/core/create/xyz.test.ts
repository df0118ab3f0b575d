import { expect, test } from 'vitest';
import { axesOf, axisValues, cellsOf } from './xyz';

test.each([
  ['steps', '4, 8,12', ['4', '8', '12']],
  ['steps', '1-5', ['1', '2', '3', '4', '5']],
  ['steps', '1-10 (+3)', ['1', '4', '7', '10']],
  ['steps', '10-5 (-2)', ['10', '8', '6']],
  ['steps', '1-10 [5]', ['1', '3', '5', '7', '10']],
  ['guidanceScale', '1-2 [3]', ['1', '1.5', '2']],
  ['guidanceScale', '0.1-0.3 (+0.1)', ['0.1', '0.2', '0.3']],
  ['sampler', 'euler, dpmpp_2m', ['euler', 'dpmpp_2m']],
  ['promptSr', '"red, ripe", green', ['red, ripe', 'green']],
  ['sampler', '1-5', ['1-5']],
])('%s: %s', (axis, text, values) => expect(axisValues({ axis, text })).toEqual(values));

test('empty axes do not count, and cells multiply', () => {
  const drafts = [{ axis: 'steps', text: '4, 8' }, { axis: '', text: '1' }, { axis: 'seed', text: '1-3' }];
  expect(axesOf(drafts)).toEqual({ x: { axis: 'steps', values: '4, 8' }, y: { axis: 'seed', values: '1-3' } });
  expect(cellsOf(drafts)).toBe(6);
  expect(axesOf([{ axis: 'steps', text: ' ' }])).toBeNull();
});

test('an endless range stays small enough to be refused', () => {
  expect(axisValues({ axis: 'steps', text: '1-99999999999' }).length).toBe(101);
});
