import { expect, test } from 'vitest';
import { categoriesOf } from './lessons';

test('categories are told by lines and commas, each once', () => {
  expect(categoriesOf('a cat, a dog\n a cat \n\n,a house')).toEqual(['a cat', 'a dog', 'a house']);
  expect(categoriesOf(' ')).toEqual([]);
});
