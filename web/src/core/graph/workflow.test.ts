import { describe, expect, test } from 'vitest';
import { kinds } from './fixture';
import { fromPrompt, isPrompt } from './fromPrompt';
import { toPrompt } from './toPrompt';
import { readWorkflow, unknownKinds, versionOf, writeWorkflow } from './workflow';

const sampler = {
  id: 3, type: 'KSampler', pos: [10, 20], size: [300, 260], flags: { pinned: true }, order: 1, mode: 0, color: '#322',
  inputs: [
    { name: 'model', type: 'MODEL', link: null }, { name: 'positive', type: 'CONDITIONING', link: null },
    { name: 'negative', type: 'CONDITIONING', link: null }, { name: 'latent_image', type: 'LATENT', link: 7 },
    { name: 'steps', type: 'INT', link: 8, widget: { name: 'steps' } },
  ],
  outputs: [{ name: 'LATENT', type: 'LATENT', links: [], slot_index: 0 }],
  properties: { cnr_id: 'comfy-core' }, widgets_values: [42, 'randomize', 12, 2.5, 'dpmpp_2m', 'karras', 0.5],
};
const foreign = {
  id: 5, type: 'MyCustomNode', pos: { 0: 1, 1: 2 }, size: { 0: 3, 1: 4 }, flags: {}, order: 0, mode: 4, title: 'Mine',
  inputs: [], outputs: [{ name: 'LATENT', type: 'LATENT', links: [7] }, { name: 'n', type: 'INT', links: [8] }],
  properties: {}, widgets_values: { deep: ['kept'] },
};
const old = {
  last_node_id: 5, last_link_id: 8, nodes: [sampler, foreign], links: [[7, 5, 0, 3, 3, 'LATENT'], [8, 5, 1, 3, 4, 'INT']],
  groups: [{ title: 'Both', bounding: [0, 0, 400, 300], color: '#88A', font_size: 24, flags: {} }], config: {}, extra: { ds: { scale: 1 } }, version: 0.4,
};
const recent = {
  ...old, last_node_id: undefined, last_link_id: undefined, id: 'f00d', revision: 0, version: 1, state: { lastGroupid: 1, lastNodeId: 5, lastLinkId: 8, lastRerouteId: 2 },
  links: [
    { id: 7, origin_id: 5, origin_slot: 0, target_id: 3, target_slot: 3, type: 'LATENT', parentId: 2 },
    { id: 8, origin_id: 5, origin_slot: 1, target_id: 3, target_slot: 4, type: 'INT' },
  ],
  reroutes: [{ id: 2, pos: [1, 1], linkIds: [7] }],
};

describe.each([['0.4', old], ['1.0', recent]] as const)('a workflow file of format %s', (version, file) => {
  const graph = readWorkflow(structuredClone(file), kinds);

  test('is read', () => {
    expect(graph.nodes[0]).toMatchObject({
      id: '3', place: { x: 10, y: 20 }, size: { width: 300, height: 260 },
      values: { seed: 42, steps: 12, cfg: 2.5, sampler_name: 'dpmpp_2m', scheduler: 'karras', denoise: 0.5 },
    });
    expect(graph.links).toEqual([
      { id: '7', from: '5', output: 0, to: '3', input: 'latent_image' }, { id: '8', from: '5', output: 1, to: '3', input: 'steps' },
    ]);
    expect(graph.groups).toMatchObject([{ title: 'Both', width: 400, height: 300 }]);
    expect(versionOf(graph)).toBe(version);
  });

  test('unknown nodes are named', () => expect(unknownKinds(graph)).toEqual(['MyCustomNode']));

  test('is written as it was', () => {
    const written = JSON.parse(JSON.stringify(writeWorkflow(graph, kinds))) as typeof old;
    const [node, unknown] = written.nodes as [typeof sampler, typeof foreign];
    expect(node.widgets_values).toEqual(sampler.widgets_values);
    expect(node).toMatchObject({ flags: { pinned: true }, color: '#322', properties: { cnr_id: 'comfy-core' }, pos: [10, 20], size: [300, 260] });
    // The order of the sockets is the kind's own; each link's slot says where its input now is.
    expect(node.inputs.map((input) => [input.name, input.link])).toEqual(
      [['model', null], ['steps', 8], ['positive', null], ['negative', null], ['latent_image', 7]]);
    expect(unknown).toMatchObject({ type: 'MyCustomNode', title: 'Mine', mode: 4, widgets_values: { deep: ['kept'] } });
    expect(unknown.outputs.map((output) => output.links)).toEqual([[7], [8]]);
    expect(written).toMatchObject({ extra: { ds: { scale: 1 } }, version: version === '0.4' ? 0.4 : 1 });
    expect(readWorkflow(written, kinds)).toMatchObject({ links: graph.links, groups: [{ title: 'Both' }] });
  });

  test('can be written as the other format, and means the same', () => {
    const other = readWorkflow(JSON.parse(JSON.stringify(writeWorkflow(graph, kinds, version === '0.4' ? '1.0' : '0.4'))), kinds);
    expect(toPrompt(other, kinds)).toEqual(toPrompt(graph, kinds));
  });
});

test('reroutes in a format 1.0 file stay', () => {
  expect(writeWorkflow(readWorkflow(structuredClone(recent), kinds), kinds)).toMatchObject({ id: 'f00d', reroutes: recent.reroutes, state: { lastRerouteId: 2 } });
});

test('the value behind an upload is neither read as one nor lost', () => {
  const file = { nodes: [{ id: 1, type: 'LoadImage', pos: [0, 0], widgets_values: ['b.png', 'image'] }], links: [] };
  const graph = readWorkflow(file, kinds);
  expect(graph.nodes[0]?.values).toEqual({ image: 'b.png' });
  expect((writeWorkflow(graph, kinds)['nodes'] as { widgets_values: unknown }[])[0]?.widgets_values).toEqual(['b.png', 'image']);
});

test('a reroute passes on, a primitive gives its value, a note never runs', () => {
  const file = {
    nodes: [
      { id: 1, type: 'EmptyLatentImage', pos: [0, 0], inputs: [{ name: 'width', type: 'INT', link: 2, widget: { name: 'width' } }], widgets_values: [8, 8, 1] },
      { id: 2, type: 'Reroute', pos: [0, 0], inputs: [{ name: '', type: '*', link: 1 }], outputs: [{ name: '', type: 'LATENT', links: [3] }] },
      { id: 3, type: 'VAEDecode', pos: [0, 0], inputs: [{ name: 'samples', type: 'LATENT', link: 3 }] },
      { id: 4, type: 'PrimitiveNode', pos: [0, 0], outputs: [{ name: 'INT', type: 'INT', links: [2] }], widgets_values: [256, 'fixed'] },
      { id: 5, type: 'Note', pos: [0, 0], widgets_values: ['read me'] },
    ],
    links: [[1, 1, 0, 2, 0, 'LATENT'], [2, 4, 0, 1, 0, 'INT'], [3, 2, 0, 3, 0, 'LATENT']],
  };
  const graph = readWorkflow(file, kinds), prompt = toPrompt(graph, kinds);
  expect(Object.keys(prompt)).toEqual(['1', '3']);
  expect(prompt['1']?.inputs['width']).toBe(256);
  expect(prompt['3']?.inputs['samples']).toEqual(['1', 0]);
  expect((writeWorkflow(graph, kinds)['nodes'] as { widgets_values: unknown }[])[4]?.widgets_values).toEqual(['read me']);
});

test('a prompt becomes a graph that runs as it', () => {
  const prompt = {
    a: { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
    '9': { class_type: 'VAEDecode', inputs: { samples: ['a', 0], vae: ['gone', 0] }, _meta: { title: 'Out' } },
  };
  expect(isPrompt(prompt)).toBe(true);
  const graph = fromPrompt(prompt, kinds);
  expect(graph.nodes.map((node) => node.place.x)).toEqual(expect.arrayContaining([0, 380]));
  expect(toPrompt(graph, kinds)['9']).toEqual({ class_type: 'VAEDecode', inputs: { samples: ['100001', 0] }, _meta: { title: 'Out' } });
});

test('other JSON is refused in a sentence', () => {
  expect(() => readWorkflow({ a: 1 }, kinds)).toThrow('The file is no ComfyUI workflow: it has no list of nodes.');
  expect(isPrompt({ a: 1 })).toBe(false);
});

test('a malformed file gives what can be read of it', () => {
  const file = { nodes: [null, 'x', { id: 1, type: 'KSampler', inputs: 5, outputs: {}, pos: 'a' }], links: { a: 1 }, groups: [{ bounding: 7 }, null] };
  const graph = readWorkflow(file, kinds);
  expect(graph.nodes.map((node) => node.id)).toEqual(['1']);
  expect([graph.links, graph.groups.length]).toEqual([[], 1]);
  expect(() => writeWorkflow(graph, kinds)).not.toThrow();
});
