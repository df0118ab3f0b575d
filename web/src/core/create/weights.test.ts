import { expect, test } from 'vitest';
import { changeWeight, hasWeights, STEP } from './weights';

const at = (marked: string) => {
  const start = marked.indexOf('|'), end = marked.lastIndexOf('|');
  return start === end
    ? { text: marked.replace('|', ''), start, end: start }
    : { text: marked.replaceAll('|', ''), start, end: end - 1 };
};
const shown = (s: { text: string; start: number; end: number }) =>
  `${s.text.slice(0, s.start)}|${s.text.slice(s.start, s.end)}|${s.text.slice(s.end)}`;

test.each([
  ['a r|ed apple', 'a (|red|:1.1) apple'],
  ['a |red apple|, a table', 'a (|red apple|:1.1), a table'],
  ['a | red | apple', 'a  (|red|:1.1)  apple'],
  ['a (|red|:1.1) apple', 'a (|red|:1.2) apple'],
  ['a (r|ed apple:1.2)', 'a (|red| apple:1.3)'],
  ['a (|red|:0.9) apple', 'a |red| apple'],
])('more weight: %s', (before, after) => expect(shown(changeWeight(at(before), STEP))).toBe(after));

test('less weight, and back to none', () => {
  const less = changeWeight(at('a |red| apple'), -STEP);
  expect(less.text).toBe('a (red:0.9) apple');
  expect(changeWeight(less, STEP).text).toBe('a red apple');
});

test('ten steps up and ten down end in the same words', () => {
  let selection = at('a |red| apple');
  for (let i = 0; i < 10; i++) selection = changeWeight(selection, STEP);
  expect(selection.text).toBe('a (red:2) apple');
  for (let i = 0; i < 10; i++) selection = changeWeight(selection, -STEP);
  expect(selection.text).toBe('a red apple');
});

test('between spaces there is nothing to weigh', () => {
  const nothing = at('a  |  b');
  expect(changeWeight(nothing, STEP)).toEqual(nothing);
});

test('whether some words have a weight', () => {
  expect(['a (b:1.2)', '((b) c: .5 )', '(b:-1)', 'a (b)', 'a \\(b:1.2\\)', '(b:c)', 'b:1.2'].map(hasWeights)).toEqual([true, true, true, false, false, false, false]);
});
