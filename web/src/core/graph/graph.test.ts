import { describe, expect, test } from 'vitest';
import { apply, copied, mayConnect, pasted, sourcesOf, type Change } from './changes';
import { kinds } from './fixture';
import { emptyGraph, modes, newNode, type Graph } from './graph';
import { fits } from './nodeKind';
import { search } from './search';
import { toPrompt } from './toPrompt';

const added = (type: string, id: string): Change => ({ do: 'add', node: newNode(kinds.get(type)!, id, { x: 0, y: 0 }) });
const linked = (from: string, output: number, to: string, input: string): Change => ({ do: 'connect', link: { from, output, to, input } });
const after = (...changes: Change[]): Graph => changes.reduce(apply, emptyGraph);

const small = after(
  added('EmptyLatentImage', '1'), added('LatentUpscaleBy', '2'), added('VAEDecode', '3'), added('SaveImage', '4'),
  linked('1', 0, '2', 'samples'), linked('2', 0, '3', 'samples'), linked('3', 0, '4', 'images'),
);

describe('what a kind of node is', () => {
  test('order, widgets and seeds come from object_info', () => {
    const sampler = kinds.get('KSampler')!;
    expect(sampler.inputs.filter((input) => input.widget === null).map((input) => input.name)).toEqual(['model', 'positive', 'negative', 'latent_image']);
    expect(sampler.inputs.find((input) => input.name === 'seed')?.widget).toMatchObject({ kind: 'whole', isSeed: true });
    expect(sampler.inputs.find((input) => input.name === 'steps')?.widget?.isSeed).toBe(false);
    expect(kinds.get('LoadImage')?.inputs[0]?.widget).toMatchObject({ kind: 'choice', uploads: true, choices: ['a.png', 'b.png'] });
  });

  test('types fit', () => {
    expect([fits('LATENT', 'LATENT'), fits('LATENT', 'IMAGE'), fits('*', 'IMAGE'), fits('MASK', 'IMAGE,MASK')]).toEqual([true, false, true, true]);
  });
});

describe('changes', () => {
  test('an input has one link', () => {
    const graph = apply(small, linked('1', 0, '3', 'samples'));
    expect(graph.links.filter((link) => link.to === '3')).toMatchObject([{ from: '1' }]);
  });

  test('removing a node removes its links', () => {
    expect(apply(small, { do: 'remove', ids: ['2'] }).links).toHaveLength(1);
  });

  test('wrong types and circles cannot be linked', () => {
    expect(mayConnect(small, kinds, { from: '1', output: 0, to: '3', input: 'samples' })).toBe(true);
    expect(mayConnect(small, kinds, { from: '1', output: 0, to: '4', input: 'images' })).toBe(false);
    expect(mayConnect(small, kinds, { from: '2', output: 0, to: '2', input: 'samples' })).toBe(false);
    expect(mayConnect(after(added('LatentUpscaleBy', '1'), added('LatentUpscaleBy', '2'), linked('1', 0, '2', 'samples')), kinds,
      { from: '2', output: 0, to: '1', input: 'samples' })).toBe(false);
  });

  test('where a link into an input may come from', () => {
    expect(sourcesOf(small, kinds, '3', 'samples').map(({ from, output }) => [from, output])).toEqual([['1', 0], ['2', 0]]);
    expect(sourcesOf(small, kinds, '1', 'width')).toEqual([]);
    expect(sourcesOf(small, kinds, '2', 'samples').map(({ node }) => node.type)).toEqual(['EmptyLatentImage']);
  });

  test('a paste has new numbers and the links among its nodes', () => {
    const { graph, ids } = pasted(small, copied(small, ['2', '3']), { x: 10, y: 0 });
    expect(ids).toEqual(['5', '6']);
    expect(graph.links.slice(3)).toEqual([{ id: '4', from: '5', output: 0, to: '6', input: 'samples' }]);
    expect(graph.nodes.at(-1)?.place).toEqual({ x: 10, y: 0 });
  });
});

describe('what runs', () => {
  test('values and links', () => {
    expect(toPrompt(small, kinds)['3']).toEqual({ class_type: 'VAEDecode', inputs: { samples: ['2', 0] }, _meta: { title: 'VAE Decode' } });
    expect(toPrompt(small, kinds)['1']?.inputs).toEqual({ width: 512, height: 512, batch_size: 1 });
  });

  test('a bypassed node is passed through, a muted one is gone', () => {
    const bypassed = toPrompt(apply(small, { do: 'mode', ids: ['2'], mode: modes.bypassed }), kinds);
    expect(Object.keys(bypassed)).toEqual(['1', '3', '4']);
    expect(bypassed['3']?.inputs['samples']).toEqual(['1', 0]);
    const muted = toPrompt(apply(small, { do: 'mode', ids: ['2'], mode: modes.muted }), kinds);
    expect(muted['3']?.inputs).toEqual({});
  });

  test('a link takes the place of a value', () => {
    const graph = after(added('LoadImage', '1'), added('EmptyLatentImage', '2'), linked('1', 0, '2', 'width'));
    expect(toPrompt(graph, kinds)['2']?.inputs['width']).toEqual(['1', 0]);
  });
});

test('search ranks what begins with a word before what has it, and keeps to a type', () => {
  expect(search(kinds, 'latent').map((kind) => kind.name).slice(0, 2)).toEqual(['LatentUpscaleBy', 'EmptyLatentImage']);
  expect(search(kinds, '', { type: 'CLIP', side: 'input' }).map((kind) => kind.name)).toEqual(['CLIPTextEncode']);
  expect(search(kinds, 'zebra')).toEqual([]);
});
