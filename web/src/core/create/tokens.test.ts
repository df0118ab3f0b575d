import { expect, test } from 'vitest';
import type { Model } from '../api/dto';
import { emptyForm, settingsOf } from './form';
import { piecesOf, tokensAskedOf } from './tokens';

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

const model: Model = {
  name: 'emoji', width: 128, height: 128, factor: 8, steps: 12, guidanceScale: 2, sampler: null, schedule: null, negativePrompt: '', dialect: 'plain', styles: ['noto'],
};
const askedOf = (form: object, of: Model = model) => tokensAskedOf(settingsOf({ ...emptyForm, model: of.name, ...form }, of));

test('tokens are counted in the dialect in which the prompt will be read', () => {
  expect(askedOf({ prompt: 'a (red:1.1) apple --steps 4' })).toEqual({ model: 'emoji', prompt: 'a (red:1.1) apple', dialect: 'a1111' });
  expect(askedOf({ prompt: 'a red apple', extra: { dialect: 'comfyui' } }).dialect).toBe('comfyui');
});

test("without a dialect of the prompt's own they are counted in the model's, which the server knows", () => {
  expect(askedOf({ prompt: 'a red apple' }).dialect).toBeUndefined();
  expect(askedOf({ prompt: 'a (red:1.1) apple' }, { ...model, dialect: 'comfyui' }).dialect).toBeUndefined();
});

test('the words of the style that is asked for take their room', () => {
  expect(askedOf({ prompt: 'a red apple', style: 'noto' }).style).toBe('noto');
  expect(askedOf({ prompt: 'a red apple --style none', style: 'noto' }).style).toBe('none');
});
