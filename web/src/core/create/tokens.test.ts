import { expect, test } from 'vitest';
import { piecesOf } from './tokens';

const span = (prompt: string, text: string) => ({ text, start: prompt.indexOf(text), end: prompt.indexOf(text) + text.length });

test('the cut part is one piece, spaces and all', () => {
  const prompt = 'a red apple on a table';
  const cut = ['on', 'table'].map((word) => span(prompt, word));
  expect(piecesOf(prompt, { count: 6, limit: 3, kept: [], cut: [cut[0]!, { text: 'a', start: 15, end: 16 }, cut[1]!] })).toEqual([
    { text: 'a red apple ', cut: false }, { text: 'on a table', cut: true },
  ]);
});

test('nothing cut, and spans of an older prompt', () => {
  expect(piecesOf('a cat', { count: 2, limit: 75, kept: [], cut: [] })).toEqual([{ text: 'a cat', cut: false }]);
  expect(piecesOf('a', { count: 2, limit: 1, kept: [], cut: [{ text: 'cat', start: 2, end: 5 }] })).toEqual([{ text: 'a', cut: false }]);
});
