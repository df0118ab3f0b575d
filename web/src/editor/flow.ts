import type { Edge, Node } from '@xyflow/react';
import { inputsOf, outputsOf, type Graph, type GraphNode, type Group } from '../core/graph/graph';
import type { NodeKinds } from '../core/graph/nodeKind';
import { colorOf } from './colors';

export type CardNode = Node<{ readonly node: GraphNode }, 'card'>;
export type GroupNode = Node<{ readonly group: Group }, 'group'>;
export type FlowNode = CardNode | GroupNode;

const groupId = (group: Group): string => `group-${group.id}`;

/** What the canvas shows of a graph. It measures its nodes itself; what it has measured and chosen is kept. */
export function flowNodes(graph: Graph, old: readonly FlowNode[]): FlowNode[] {
  const before = new Map(old.map((node) => [node.id, node]));
  return [
    ...graph.groups.map((group): GroupNode => ({ ...kept(before.get(groupId(group))), ...groupNode(group) })),
    ...graph.nodes.map((node): CardNode => {
      const known = before.get(node.id);
      if (known?.type === 'card' && known.data.node === node) return known;
      return { ...kept(known), id: node.id, type: 'card', position: node.place, data: { node }, ...(node.size ? { width: node.size.width } : {}) };
    }),
  ];
}

const kept = (old: FlowNode | undefined): Pick<FlowNode, 'measured' | 'selected'> =>
  old ? { ...(old.measured ? { measured: old.measured } : {}), selected: old.selected ?? false } : {};

const groupNode = (group: Group): GroupNode => ({
  id: groupId(group), type: 'group', position: group.place, width: group.width, height: group.height, zIndex: -1, data: { group },
  dragHandle: '.group-title',
});

export function flowEdges(graph: Graph, kinds: NodeKinds, old: readonly Edge[]): Edge[] {
  const chosen = new Set(old.filter((edge) => edge.selected).map((edge) => edge.id)), nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return graph.links.flatMap((link) => {
    const [source, target] = [nodes.get(link.from), nodes.get(link.to)];
    const output = source && outputsOf(source, kinds)[link.output];
    const input = target && inputsOf(target, kinds).some((socket) => socket.name === link.input);
    if (!output || !input) return [];
    return [{
      id: link.id, source: link.from, target: link.to, sourceHandle: outputHandle(link.output), targetHandle: inputHandle(link.input),
      selected: chosen.has(link.id), style: { stroke: colorOf(output.type), strokeWidth: 2 },
      ariaLabel: `${source.title ?? source.type} → ${target.title ?? target.type}: ${link.input}`,
    }];
  });
}

export const inputHandle = (name: string): string => `in ${name}`;
export const outputHandle = (slot: number): string => `out ${slot}`;

/** A link from what the canvas says of it. */
export const linkOf = (edge: { source: string; target: string; sourceHandle?: string | null; targetHandle?: string | null }) => ({
  from: edge.source, output: Number((edge.sourceHandle ?? '').slice(4)), to: edge.target, input: (edge.targetHandle ?? '').slice(3),
});
