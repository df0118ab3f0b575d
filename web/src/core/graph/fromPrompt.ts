import { emptyGraph, modes, startValues, type Graph, type GraphNode, type Link } from './graph';
import { arranged } from './layout';
import type { NodeKinds, Value } from './nodeKind';

type Raw = Record<string, unknown>;

/** Whether a file is what `/prompt` takes, which says nothing of places. */
export const isPrompt = (json: unknown): json is Record<string, Raw> =>
  typeof json === 'object' && json !== null && !Array.isArray(json) && Object.keys(json).length > 0
  && Object.values(json).every((node) => typeof (node as Raw | null)?.['class_type'] === 'string');

/** The graph of a prompt, in columns from left to right. */
export function fromPrompt(prompt: Record<string, Raw>, kinds: NodeKinds): Graph {
  const ids = new Map(Object.keys(prompt).map((id, i) => [id, /^\d+$/.test(id) ? id : String(100000 + i)]));
  const links: Link[] = [];
  const nodes = Object.entries(prompt).map(([id, node]) => {
    const inputs = (node['inputs'] ?? {}) as Raw;
    for (const [input, value] of Object.entries(inputs))
      if (isLink(value)) links.push({ id: String(links.length + 1), from: ids.get(value[0]) ?? value[0], output: value[1], to: ids.get(id) ?? id, input });
    return readNode(ids.get(id) ?? id, node, inputs, kinds);
  });
  const known = new Set(nodes.map((node) => node.id));
  return arranged({ ...emptyGraph, nodes, links: links.filter((link) => known.has(link.from)) }, kinds);
}

const isLink = (value: unknown): value is [string, number] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'number';

function readNode(id: string, node: Raw, inputs: Raw, kinds: NodeKinds): GraphNode {
  const type = String(node['class_type']), kind = kinds.get(type);
  const values = Object.fromEntries(Object.entries(inputs).filter(([, value]) => !isLink(value))) as Record<string, Value>;
  const title = (node['_meta'] as Raw | undefined)?.['title'];
  return {
    id, type, raw: {}, size: null, mode: modes.active, place: { x: 0, y: 0 },
    title: typeof title === 'string' && title !== kind?.title ? title : null,
    values: kind ? { ...startValues(kind), ...values } : values,
    unknown: kind ? null : {
      inputs: Object.entries(inputs).filter(([, value]) => isLink(value)).map(([name]) => ({ name, type: '*' })),
      outputs: [], values: Object.values(values),
    },
  };
}
