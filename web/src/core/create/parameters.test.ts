import { describe, expect, test } from 'vitest';
import { parseParameters } from './parameters';

describe('parameters in a prompt', () => {
  test('the example of the manual', () => {
    const parsed = parseParameters('a red apple --ar 3:2 --no text --seed 7 --chaos 20 --tile');
    expect(parsed).toEqual({
      prompt: 'a red apple',
      parameters: { ratio: 1.5, no: 'text', seed: 7, chaos: 0.2, tile: true },
      problems: [],
    });
  });

  test('a prompt without parameters stays as it is, with dashes and all', () => {
    expect(parseParameters('a well-known cat -- asleep').prompt).toBe('a well-known cat -- asleep');
  });

  test('phones write a long dash', () => {
    expect(parseParameters('a cat —seed 5').parameters).toEqual({ seed: 5 });
  });

  test('two --no are one list, with words that have spaces', () => {
    expect(parseParameters('a cat --no red hat --no text').parameters.no).toBe('red hat, text');
  });

  test.each([
    ['--seed x', "--seed is 'x'; a whole number from 0 to 9007199254740991 is needed."],
    ['--chaos 101', "--chaos is '101'; a number from 0 to 100 is needed."],
    ['--ar 0:1', "--ar is '0:1'; a shape from 1:10 to 10:1 is needed, as in --ar 3:2."],
    ['--ar 1:0', "--ar is '1:0'; a shape from 1:10 to 10:1 is needed, as in --ar 3:2."],
    ['--tile yes', "--tile takes no value, but 'yes' follows it."],
    ['--seed', "--seed is ''; a whole number from 0 to 9007199254740991 is needed."],
  ])('%s is refused in a sentence', (text, sentence) => {
    const parsed = parseParameters(`a cat ${text}`);
    expect(parsed.problems).toEqual([sentence]);
    expect(parsed.parameters).toEqual({});
  });

  test('an unknown one is named, with those that there are', () => {
    expect(parseParameters('a cat --weird 3').problems[0]).toMatch(/^--weird is no parameter; there are --ar, /);
  });
});
