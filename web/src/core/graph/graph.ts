import type { InputKind, NodeKind, NodeKinds, Value } from './nodeKind';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** How a node takes part: as it is, left out with all that hangs on it, or passed through. The numbers are LiteGraph's. */
export const modes = { active: 0, muted: 2, bypassed: 4 } as const;
export type Mode = (typeof modes)[keyof typeof modes];

export interface Socket {
  readonly name: string;
  readonly type: string;
}

/** A node. `raw` keeps what a file said beside it, so that saving gives it back. */
export interface GraphNode {
  readonly id: string;
  readonly type: string;
  readonly title: string | null;
  readonly place: Place;
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly mode: Mode;
  readonly values: Readonly<Record<string, Value>>;
  /** Of a kind that the server does not have: its sockets and values as the file had them. */
  readonly unknown: { readonly inputs: readonly Socket[]; readonly outputs: readonly Socket[]; readonly values: unknown } | null;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** From an output, by its number, to an input, by its name. */
export interface Link {
  readonly id: string;
  readonly from: string;
  readonly output: number;
  readonly to: string;
  readonly input: string;
}

export interface Group {
  readonly id: string;
  readonly title: string;
  readonly color: string | null;
  readonly place: Place;
  readonly width: number;
  readonly height: number;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly links: readonly Link[];
  readonly groups: readonly Group[];
  readonly raw: Readonly<Record<string, unknown>>;
}

export const emptyGraph: Graph = { nodes: [], links: [], groups: [], raw: {} };

export const nodeOf = (graph: Graph, id: string): GraphNode | undefined => graph.nodes.find((node) => node.id === id);

/** The next free number; nodes, links and groups count for themselves, as in ComfyUI's files. */
export const nextId = (things: readonly { readonly id: string }[]): string =>
  String(things.reduce((most, { id }) => Math.max(most, /^\d+$/.test(id) ? Number(id) : 0), 0) + 1);

export const newNode = (kind: NodeKind, id: string, place: Place): GraphNode => ({
  id, place, type: kind.name, title: null, size: null, mode: modes.active, values: startValues(kind), unknown: null, raw: {},
});

export const startValues = (kind: NodeKind): Record<string, Value> =>
  Object.fromEntries(kind.inputs.flatMap(({ name, widget }) => (widget ? [[name, widget.start]] : [])));

/** The sockets that a node shows: inputs without a widget, and those with one (a link takes the widget's place). */
export function inputsOf(node: GraphNode, kinds: NodeKinds): readonly (Socket & { readonly kind: InputKind | null })[] {
  const kind = kinds.get(node.type);
  return kind ? kind.inputs.map((input) => ({ name: input.name, type: input.type, kind: input }))
    : (node.unknown?.inputs ?? []).map((socket) => ({ ...socket, kind: null }));
}

export const outputsOf = (node: GraphNode, kinds: NodeKinds): readonly Socket[] =>
  kinds.get(node.type)?.outputs ?? node.unknown?.outputs ?? [];

export const linkInto = (graph: Graph, to: string, input: string): Link | undefined =>
  graph.links.find((link) => link.to === to && link.input === input);
