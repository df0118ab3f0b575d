import { strings } from '../../strings.en';
import { inputsOf, modes, outputsOf, startValues, type Graph, type GraphNode, type Group, type Link, type Socket } from './graph';
import type { NodeKind, NodeKinds, Value } from './nodeKind';
import { isVirtual, virtualKinds } from './virtual';

/** ComfyUI's workflow files: format 0.4, and 1.0, which writes links as objects and keeps its counters under `state`. */
type Raw = Record<string, unknown>;

export class NotAWorkflow extends Error {}

export const isWorkflow = (json: unknown): json is Raw =>
  typeof json === 'object' && json !== null && Array.isArray((json as Raw)['nodes']);

export function readWorkflow(json: unknown, kinds: NodeKinds): Graph {
  if (!isWorkflow(json)) throw new NotAWorkflow(strings.graph.notAWorkflow);
  const { nodes, links, groups, ...raw } = json;
  const raws = objectsOf(nodes);
  const read = raws.map((node) => readNode(node, kinds));
  const slots = new Map(raws.map((node) => [String(node['id']), objectsOf(node['inputs'])]));
  return {
    raw,
    nodes: read,
    links: objectsOf(links).flatMap((link) => readLink(link, slots)),
    groups: objectsOf(groups).map(readGroup),
  };
}

// A file that somebody else wrote may hold anything.
const objectsOf = (list: unknown): Raw[] =>
  Array.isArray(list) ? list.filter((part): part is Raw => typeof part === 'object' && part !== null) : [];

/** The kinds of nodes in a graph that the server does not have, each once. */
export const unknownKinds = (graph: Graph): string[] =>
  [...new Set(graph.nodes.filter((node) => node.unknown !== null && !isVirtual(node.type)).map((node) => node.type))];

function readNode(raw: Raw, kinds: NodeKinds): GraphNode {
  const type = String(raw['type']), kind = kinds.get(type) ?? virtualKinds.get(type);
  const [x, y] = pairOf(raw['pos']) ?? [0, 0], size = pairOf(raw['size']);
  return {
    id: String(raw['id']), type, raw,
    title: typeof raw['title'] === 'string' && raw['title'] !== kind?.title ? raw['title'] : null,
    place: { x, y },
    size: size ? { width: size[0], height: size[1] } : null,
    mode: Object.values(modes).find((mode) => mode === raw['mode']) ?? modes.active,
    values: kind ? readValues(kind, raw['widgets_values']) : {},
    unknown: kind && !isVirtual(type) ? null : { inputs: sockets(raw['inputs']), outputs: sockets(raw['outputs']), values: raw['widgets_values'] },
  };
}

// [x, y], or {0: x, 1: y} as old files have it.
function pairOf(value: unknown): [number, number] | null {
  const pair = value as Record<number, unknown> | null | undefined;
  return typeof pair?.[0] === 'number' && typeof pair[1] === 'number' ? [pair[0], pair[1]] : null;
}

const sockets = (raw: unknown): Socket[] =>
  objectsOf(raw).map((socket) => ({ name: String(socket['name']), type: Array.isArray(socket['type']) ? 'COMBO' : String(socket['type']) }));

function readValues(kind: NodeKind, raw: unknown): Record<string, Value> {
  const values: Record<string, Value> = startValues(kind);
  if (!Array.isArray(raw)) return { ...values, ...named(kind, raw) };
  const list = raw as Value[];
  let at = 0;
  for (const { name, widget } of kind.inputs) {
    if (!widget) continue;
    if (at < list.length) values[name] = list[at++] ?? null;
    // Whatever follows a seed in a list that is long enough is what happens to it after a run.
    if (widget.isSeed && isControl(list[at])) values[controlOf(name)] = list[at++] ?? null;
    if (widget.uploads && list[at] === 'image') at++;
  }
  return values;
}

const named = (kind: NodeKind, raw: unknown): Record<string, Value> =>
  Object.fromEntries(Object.entries((raw ?? {}) as Raw).filter(([name]) => kind.inputs.some((input) => input.name === name))) as Record<string, Value>;

export const controls = ['fixed', 'increment', 'decrement', 'randomize'] as const;
export const controlOf = (input: string): string => `${input}.control_after_generate`;
const isControl = (value: unknown): boolean => controls.some((control) => control === value);

function readLink(raw: unknown, slots: ReadonlyMap<string, Raw[]>): Link[] {
  const [id, from, output, to, slot] = Array.isArray(raw) ? (raw as number[])
    : ['id', 'origin_id', 'origin_slot', 'target_id', 'target_slot'].map((name) => (raw as Raw)[name] as number);
  const input = slots.get(String(to))?.[slot ?? -1]?.['name'];
  return input === undefined ? [] : [{ id: String(id), from: String(from), output: Number(output), to: String(to), input: String(input) }];
}

function readGroup(raw: Raw, index: number): Group {
  const [x = 0, y = 0, width = 200, height = 100] = Array.isArray(raw['bounding']) ? (raw['bounding'] as number[]) : [];
  return {
    id: String(raw['id'] ?? index + 1), title: String(raw['title'] ?? ''), place: { x, y }, width, height,
    color: typeof raw['color'] === 'string' ? raw['color'] : null,
  };
}

export type WorkflowVersion = '0.4' | '1.0';

/** The version that a graph was read from. */
export const versionOf = (graph: Graph): WorkflowVersion => (Number(graph.raw['version']) >= 1 ? '1.0' : '0.4');

export function writeWorkflow(graph: Graph, kinds: NodeKinds, version: WorkflowVersion = versionOf(graph)): Raw {
  const written = graph.nodes.map((node, order) => ({ node, sockets: writtenInputs(node, graph, kinds), order }));
  const slots = new Map(written.map(({ node, sockets }) => [node.id, sockets.map((socket) => socket.name)]));
  const links = graph.links.map((link) => writeLink(link, graph, kinds, slots.get(link.to)?.indexOf(link.input) ?? -1, version));
  const { state: _, last_node_id: _node, last_link_id: _link, ...raw } = graph.raw;
  return {
    ...raw,
    ...countersOf(graph, version),
    nodes: written.map(({ node, sockets, order }) => writeNode(node, sockets, order, graph, kinds)),
    links,
    groups: graph.groups.map(writeGroup),
    config: raw['config'] ?? {},
    extra: raw['extra'] ?? {},
  };
}

function countersOf(graph: Graph, version: WorkflowVersion): Raw {
  const last = (things: readonly { id: string }[]) => things.reduce((most, { id }) => Math.max(most, Number(id) || 0), 0);
  const old = (graph.raw['state'] ?? {}) as Raw;
  return version === '0.4'
    ? { last_node_id: last(graph.nodes), last_link_id: last(graph.links), version: 0.4 }
    : { state: { lastRerouteId: 0, ...old, lastGroupid: last(graph.groups), lastNodeId: last(graph.nodes), lastLinkId: last(graph.links) }, version: 1 };
}

// Sockets without a widget always, those with one only where a link takes its place.
function writtenInputs(node: GraphNode, graph: Graph, kinds: NodeKinds): (Socket & { widget: boolean })[] {
  const linked = (name: string) => graph.links.some((link) => link.to === node.id && link.input === name);
  return inputsOf(node, kinds).map(({ name, type, kind }) => ({ name, type, widget: kind?.widget != null })).filter((socket) => !socket.widget || linked(socket.name));
}

function writeNode(node: GraphNode, inputs: (Socket & { widget: boolean })[], order: number, graph: Graph, kinds: NodeKinds): Raw {
  const kind = kinds.get(node.type);
  return {
    flags: {}, properties: { 'Node name for S&R': node.type }, ...node.raw, order,
    id: Number(node.id), type: node.type, pos: [node.place.x, node.place.y], mode: node.mode,
    ...(node.size ? { size: [node.size.width, node.size.height] } : { size: [300, 200] }),
    ...(node.title ? { title: node.title } : {}),
    inputs: mergedSockets(node.raw['inputs'], inputs.map(({ name, type, widget }) => ({
      name, type, link: linkNumber(graph, node.id, name), ...(widget ? { widget: { name } } : {}),
    }))),
    outputs: mergedSockets(node.raw['outputs'], outputsOf(node, kinds).map(({ name, type }, slot) => ({
      name, type, slot_index: slot,
      links: graph.links.filter((link) => link.from === node.id && link.output === slot).map((link) => Number(link.id)),
    }))),
    ...(kind ? { widgets_values: writeValues(node, kind) } : node.unknown?.values === undefined ? {} : { widgets_values: writtenUnknown(node) }),
  };
}

// A note that was edited here has its text under `values`.
const writtenUnknown = (node: GraphNode): unknown => ('text' in node.values ? [node.values['text']] : node.unknown?.values);

// A file may say more of a socket than we read (a label, a shape): it stays.
const mergedSockets = (raw: unknown, sockets: Raw[]): Raw[] =>
  sockets.map((socket) => ({ ...objectsOf(raw).find((old) => old['name'] === socket['name']), ...socket }));

function linkNumber(graph: Graph, to: string, input: string): number | null {
  const link = graph.links.find((candidate) => candidate.to === to && candidate.input === input);
  return link ? Number(link.id) : null;
}

const writeValues = (node: GraphNode, kind: NodeKind): unknown[] =>
  kind.inputs.flatMap(({ name, widget }) => !widget ? [] : [
    node.values[name] ?? widget.start,
    ...(widget.isSeed ? [node.values[controlOf(name)] ?? 'fixed'] : []),
    ...(widget.uploads ? ['image'] : []),
  ]);

function writeLink(link: Link, graph: Graph, kinds: NodeKinds, slot: number, version: WorkflowVersion): unknown {
  const source = graph.nodes.find((node) => node.id === link.from);
  const type = (source && outputsOf(source, kinds)[link.output]?.type) ?? '*';
  const [id, from, to] = [Number(link.id), Number(link.from), Number(link.to)];
  return version === '0.4' ? [id, from, link.output, to, slot, type]
    : { id, origin_id: from, origin_slot: link.output, target_id: to, target_slot: slot, type };
}

const writeGroup = (group: Group): Raw => ({
  id: Number(group.id), title: group.title, bounding: [group.place.x, group.place.y, group.width, group.height],
  ...(group.color ? { color: group.color } : {}), flags: {},
});

