import { expect, test } from 'vitest';
import { afterRun } from './afterRun';
import { kinds } from './fixture';
import { emptyGraph, newNode, type Graph } from './graph';

const graph = (control: string): Graph => {
  const node = newNode(kinds.get('KSampler')!, '1', { x: 0, y: 0 });
  return { ...emptyGraph, nodes: [{ ...node, values: { ...node.values, seed: 5, 'seed.control_after_generate': control } }] };
};
const seedAfter = (control: string) => afterRun(graph(control), kinds, () => 0.5).nodes[0]?.values['seed'];

test('seeds change as they are told', () => {
  expect(['increment', 'decrement', 'randomize'].map(seedAfter)).toEqual([6, 4, 2 ** 49]);
});

test('a fixed one changes nothing at all', () => {
  const fixed = graph('fixed');
  expect(afterRun(fixed, kinds)).toBe(fixed);
});
