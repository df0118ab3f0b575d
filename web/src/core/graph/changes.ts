import { nextId, nodeOf, outputsOf, inputsOf, type Graph, type GraphNode, type Group, type Link, type Mode, type Place, type Socket } from './graph';
import { fits, type NodeKinds, type Value } from './nodeKind';

/** Everything that can be done to a graph, as data. */
export type Change =
  | { readonly do: 'add'; readonly node: GraphNode }
  | { readonly do: 'remove'; readonly ids: readonly string[] }
  | { readonly do: 'move'; readonly places: Readonly<Record<string, Place>> }
  | { readonly do: 'resize'; readonly id: string; readonly width: number; readonly height: number }
  | { readonly do: 'set'; readonly id: string; readonly input: string; readonly value: Value }
  | { readonly do: 'rename'; readonly id: string; readonly title: string }
  | { readonly do: 'mode'; readonly ids: readonly string[]; readonly mode: Mode }
  | { readonly do: 'connect'; readonly link: Omit<Link, 'id'> }
  | { readonly do: 'disconnect'; readonly ids: readonly string[] }
  | { readonly do: 'group'; readonly group: Omit<Group, 'id'> }
  | { readonly do: 'regroup'; readonly group: Group }
  | { readonly do: 'ungroup'; readonly id: string };

export function apply(graph: Graph, change: Change): Graph {
  switch (change.do) {
    case 'add':
      return { ...graph, nodes: [...graph.nodes, change.node] };
    case 'remove':
      return removed(graph, new Set(change.ids));
    case 'move':
      return moved(graph, change.places);
    case 'resize':
      return edited(graph, change.id, { size: { width: change.width, height: change.height } });
    case 'set':
      return edited(graph, change.id, (node) => ({ values: { ...node.values, [change.input]: change.value } }));
    case 'rename':
      return edited(graph, change.id, { title: change.title.trim() || null });
    case 'mode':
      return { ...graph, nodes: graph.nodes.map((node) => (change.ids.includes(node.id) ? { ...node, mode: change.mode } : node)) };
    case 'connect':
      return connected(graph, change.link);
    case 'disconnect':
      return { ...graph, links: graph.links.filter((link) => !change.ids.includes(link.id)) };
    case 'group':
      return { ...graph, groups: [...graph.groups, { ...change.group, id: nextId(graph.groups) }] };
    case 'regroup':
      return { ...graph, groups: graph.groups.map((group) => (group.id === change.group.id ? change.group : group)) };
    case 'ungroup':
      return { ...graph, groups: graph.groups.filter((group) => group.id !== change.id) };
  }
}

function edited(graph: Graph, id: string, edit: Partial<GraphNode> | ((node: GraphNode) => Partial<GraphNode>)): Graph {
  const nodes = graph.nodes.map((node) => (node.id === id ? { ...node, ...(typeof edit === 'function' ? edit(node) : edit) } : node));
  return { ...graph, nodes };
}

function removed(graph: Graph, ids: ReadonlySet<string>): Graph {
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !ids.has(node.id)),
    links: graph.links.filter((link) => !ids.has(link.from) && !ids.has(link.to)),
  };
}

const moved = (graph: Graph, places: Readonly<Record<string, Place>>): Graph =>
  ({ ...graph, nodes: graph.nodes.map((node) => ({ ...node, place: places[node.id] ?? node.place })) });

// An input has one link; a new one takes the old one's place.
function connected(graph: Graph, link: Omit<Link, 'id'>): Graph {
  const others = graph.links.filter((other) => other.to !== link.to || other.input !== link.input);
  return { ...graph, links: [...others, { ...link, id: nextId(graph.links) }] };
}

/** Whether a link may be made: the types fit, and nothing would wait for itself. */
export function mayConnect(graph: Graph, kinds: NodeKinds, { from, output, to, input }: Omit<Link, 'id'>): boolean {
  const [source, target] = [nodeOf(graph, from), nodeOf(graph, to)];
  if (!source || !target || from === to) return false;
  const given = outputsOf(source, kinds)[output]?.type;
  const wanted = inputsOf(target, kinds).find((socket) => socket.name === input)?.type;
  return given !== undefined && wanted !== undefined && fits(given, wanted) && !reaches(graph, to, from);
}

/** An output that may feed an input. */
export interface Source {
  readonly from: string;
  readonly output: number;
  readonly node: GraphNode;
  readonly socket: Socket;
}

/** All outputs from which a link into an input may come. */
export const sourcesOf = (graph: Graph, kinds: NodeKinds, to: string, input: string): Source[] =>
  graph.nodes.flatMap((node) => outputsOf(node, kinds).map((socket, output) => ({ from: node.id, output, node, socket })))
    .filter(({ from, output }) => mayConnect(graph, kinds, { from, output, to, input }));

function reaches(graph: Graph, from: string, to: string): boolean {
  const seen = new Set<string>(), open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...graph.links.filter((link) => link.from === id).map((link) => link.to));
  }
  return false;
}

/** Nodes with the links among them, as the clipboard holds them. */
export interface Fragment {
  readonly nodes: readonly GraphNode[];
  readonly links: readonly Link[];
}

export function copied(graph: Graph, ids: readonly string[]): Fragment {
  const chosen = new Set(ids);
  return {
    nodes: graph.nodes.filter((node) => chosen.has(node.id)),
    links: graph.links.filter((link) => chosen.has(link.from) && chosen.has(link.to)),
  };
}

/** The graph with a fragment's copies, and the copies' ids. */
export function pasted(graph: Graph, fragment: Fragment, by: Place): { graph: Graph; ids: string[] } {
  const first = Number(nextId(graph.nodes)), firstLink = Number(nextId(graph.links));
  const ids = new Map(fragment.nodes.map((node, i) => [node.id, String(first + i)]));
  const idOf = (id: string) => ids.get(id) ?? id;
  const nodes = fragment.nodes.map((node) =>
    ({ ...node, id: idOf(node.id), place: { x: node.place.x + by.x, y: node.place.y + by.y } }));
  const links = fragment.links.map((link, i) =>
    ({ ...link, id: String(firstLink + i), from: idOf(link.from), to: idOf(link.to) }));
  return { graph: { ...graph, nodes: [...graph.nodes, ...nodes], links: [...graph.links, ...links] }, ids: [...ids.values()] };
}
