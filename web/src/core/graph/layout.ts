import { inputsOf, type Graph } from './graph';
import type { NodeKinds } from './nodeKind';

const COLUMN = 380, GAP = 40, HEAD = 60, ROW = 34;

/** The graph in columns: every node right of all that it waits for. */
export function arranged(graph: Graph, kinds: NodeKinds): Graph {
  const depths = depthsOf(graph), heights = new Map<number, number>();
  const nodes = graph.nodes.map((node) => {
    const column = depths.get(node.id) ?? 0, y = heights.get(column) ?? 0;
    heights.set(column, y + HEAD + ROW * Math.max(2, inputsOf(node, kinds).length) + GAP);
    return { ...node, place: { x: column * COLUMN, y } };
  });
  return { ...graph, nodes };
}

function depthsOf(graph: Graph): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  const depth = (id: string, waiting: ReadonlySet<string>): number => {
    const known = depths.get(id);
    if (known !== undefined || waiting.has(id)) return known ?? 0;
    const before = graph.links.filter((link) => link.to === id).map((link) => depth(link.from, new Set([...waiting, id])) + 1);
    depths.set(id, Math.max(0, ...before));
    return depths.get(id) ?? 0;
  };
  for (const node of graph.nodes) depth(node.id, new Set());
  return depths;
}
