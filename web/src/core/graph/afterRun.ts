import type { Graph, GraphNode } from './graph';
import type { NodeKind, NodeKinds, Value } from './nodeKind';
import { controlOf } from './workflow';

/** ComfyUI's page draws no larger seed either. */
const MOST = 2 ** 50;

/** The graph for the next run: seeds that are to change have changed. */
export function afterRun(graph: Graph, kinds: NodeKinds, random: () => number = Math.random): Graph {
  const nodes = graph.nodes.map((node) => {
    const kind = kinds.get(node.type);
    return kind ? reseeded(node, kind, random) : node;
  });
  return nodes.every((node, i) => node === graph.nodes[i]) ? graph : { ...graph, nodes };
}

function reseeded(node: GraphNode, kind: NodeKind, random: () => number): GraphNode {
  const seeds = kind.inputs.filter((input) => input.widget?.isSeed && (node.values[controlOf(input.name)] ?? 'fixed') !== 'fixed');
  if (seeds.length === 0) return node;
  const values: [string, Value][] = seeds.map(({ name }) => [name, next(Number(node.values[name]), node.values[controlOf(name)], random)]);
  return { ...node, values: { ...node.values, ...Object.fromEntries(values) } };
}

function next(seed: number, control: Value | undefined, random: () => number): number {
  if (control === 'increment') return seed + 1;
  return control === 'decrement' ? Math.max(0, seed - 1) : Math.floor(random() * MOST);
}
