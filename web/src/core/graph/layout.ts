import { inputsOf, outputsOf, type Graph, type GraphNode } from './graph';
import type { NodeKinds } from './nodeKind';

const COLUMN = 380, GAP = 40, HEAD = 50, PORT = 24, FIELD = 56, SEED = 36, LINES = 60;

/** The graph in columns: every node right of all that it waits for. */
export function arranged(graph: Graph, kinds: NodeKinds): Graph {
  const depths = depthsOf(graph), heights = new Map<number, number>();
  const nodes = graph.nodes.map((node) => {
    const column = depths.get(node.id) ?? 0, y = heights.get(column) ?? 0;
    heights.set(column, y + heightOf(node, kinds) + GAP);
    return { ...node, place: { x: column * COLUMN, y } };
  });
  return { ...graph, nodes };
}

// About as high as the editor will draw it: ports beside each other, then fields.
function heightOf(node: GraphNode, kinds: NodeKinds): number {
  const widgets = inputsOf(node, kinds).flatMap(({ kind }) => kind?.widget ?? []), ports = inputsOf(node, kinds).length - widgets.length;
  const fields = widgets.map((widget) => FIELD + (widget.isSeed || widget.uploads ? SEED : 0) + (widget.multiline ? LINES : 0));
  return HEAD + PORT * Math.max(ports, outputsOf(node, kinds).length) + fields.reduce((sum, height) => sum + height, 0);
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
