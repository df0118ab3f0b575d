import {
  applyEdgeChanges, applyNodeChanges, Background, Controls, MiniMap, ReactFlow, useReactFlow,
  type Connection, type Edge, type FinalConnectionState, type NodeChange,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, type MouseEvent } from 'react';
import { mayConnect, type Change } from '../core/graph/changes';
import { inputsOf, newNode, nextId, nodeOf, outputsOf, type Graph, type Place } from '../core/graph/graph';
import { fits, type NodeKind, type NodeKinds } from '../core/graph/nodeKind';
import type { Wanted } from '../core/graph/search';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { flowEdges, flowNodes, linkOf, type FlowNode } from './flow';
import { GroupCard } from './GroupCard';
import { useKeys } from './keys';
import { movesOf } from './moves';
import { NodeCard } from './NodeCard';
import { SearchDialog } from './SearchDialog';
import { change, graphNow, KindsOf, LinksOf, run, RunOf, socketKey } from './state';
import { Toolbar } from './Toolbar';

const nodeTypes = { card: NodeCard, group: GroupCard };

/** A node that is being looked for: where it goes, and the end of a link that it is to take. */
interface Search {
  readonly place: Place;
  readonly wanted: Wanted | null;
  readonly pulled: { readonly node: string; readonly handle: string } | null;
}

interface Props {
  readonly graph: Graph;
  readonly kinds: NodeKinds;
  readonly theme: 'dark' | 'light';
}

export function Canvas({ graph, kinds, theme }: Props) {
  const [nodes, setNodes] = useState<FlowNode[]>([]), [edges, setEdges] = useState<Edge[]>([]), [search, setSearch] = useState<Search | null>(null);
  const { screenToFlowPosition } = useReactFlow(), running = useStore(run);
  // Nodes that are pasted exist for the canvas only after the next rendering; they are chosen then.
  const wanted = useRef<readonly string[] | null>(null);
  useEffect(() => {
    const ids = wanted.current;
    wanted.current = null;
    setNodes((old) => (ids ? flowNodes(graph, old).map((node) => ({ ...node, selected: ids.includes(node.id) })) : flowNodes(graph, old)));
  }, [graph]);
  useEffect(() => setEdges((old) => flowEdges(graph, kinds, old)), [graph, kinds]);
  const chosen = useMemo(() => nodes.filter((node) => node.selected && node.type === 'card').map((node) => node.id), [nodes]);
  const choose = useCallback((ids: readonly string[]) => { wanted.current = ids; }, []);
  const group = useCallback(() => groupChosen(nodes), [nodes]);
  useKeys({ nodes: chosen, choose, group });
  const linked = useMemo(() => new Set(graph.links.map((link) => socketKey(link.to, link.input))), [graph.links]);
  const nodesChange = (changes: NodeChange<FlowNode>[]) => {
    setNodes((old) => applyNodeChanges(changes, old));
    const moves = movesOf(changes, nodes, graphNow());
    if (moves.length > 0) change(...moves);
  };
  const doubleClick = (event: MouseEvent) => {
    if ((event.target as Element).classList.contains('react-flow__pane'))
      setSearch({ place: screenToFlowPosition({ x: event.clientX, y: event.clientY }), wanted: null, pulled: null });
  };
  const connectEnd = (event: globalThis.MouseEvent | TouchEvent, state: FinalConnectionState) => {
    if (state.toHandle || !state.fromHandle || !state.fromNode) return;
    const point = 'changedTouches' in event ? event.changedTouches[0] : event;
    if (point) setSearch(pulledSearch(graph, kinds, state.fromHandle, screenToFlowPosition({ x: point.clientX, y: point.clientY })));
  };
  const add = (kind: NodeKind) => {
    if (search) change(...added(graph, kind, search));
    setSearch(null);
  };
  return (
    <KindsOf value={kinds}><RunOf value={running}><LinksOf value={linked}>
      <Toolbar chosen={chosen} onGroup={group} onSearch={() => setSearch({ place: { x: 0, y: 0 }, wanted: null, pulled: null })} />
      <div className="canvas-area" onDoubleClick={doubleClick}>
        <ReactFlow nodes={nodes} edges={edges} nodeTypes={nodeTypes} colorMode={theme} fitView minZoom={0.1} zoomOnDoubleClick={false}
          deleteKeyCode={['Delete', 'Backspace']} selectionKeyCode="Shift" multiSelectionKeyCode={['Control', 'Meta']} proOptions={{ hideAttribution: false }}
          onNodesChange={nodesChange} onEdgesChange={(changes) => setEdges((old) => applyEdgeChanges(changes, old))}
          onDelete={({ nodes: gone, edges: cut }) => change(...removals(gone, cut))}
          isValidConnection={(edge) => mayConnect(graph, kinds, linkOf(edge as Connection))}
          onConnect={(edge) => change({ do: 'connect', link: linkOf(edge) })} onConnectEnd={connectEnd}
          onReconnect={(old, edge) => change({ do: 'disconnect', ids: [old.id] }, { do: 'connect', link: linkOf(edge) })}
          ariaLabelConfig={{ 'node.a11yDescription.default': strings.graph.nodeKeys }}>
          <Background gap={24} />
          <Controls />
          <MiniMap pannable zoomable />
        </ReactFlow>
      </div>
      {search && <SearchDialog kinds={kinds} wanted={search.wanted} onChoose={add} onClose={() => setSearch(null)} />}
    </LinksOf></RunOf></KindsOf>
  );
}

function removals(nodes: readonly FlowNode[], edges: readonly Edge[]): Change[] {
  return [
    { do: 'remove', ids: nodes.filter((node) => node.type === 'card').map((node) => node.id) },
    { do: 'disconnect', ids: edges.map((edge) => edge.id) },
    ...nodes.flatMap((node): Change[] => (node.type === 'group' ? [{ do: 'ungroup', id: node.data.group.id }] : [])),
  ];
}

function groupChosen(nodes: readonly FlowNode[]): void {
  const chosen = nodes.filter((node) => node.selected && node.type === 'card'), margin = 30, title = 60;
  if (chosen.length === 0) return;
  const left = Math.min(...chosen.map((node) => node.position.x)) - margin, top = Math.min(...chosen.map((node) => node.position.y)) - title;
  const right = Math.max(...chosen.map((node) => node.position.x + (node.measured?.width ?? 200))) + margin;
  const bottom = Math.max(...chosen.map((node) => node.position.y + (node.measured?.height ?? 100))) + margin;
  change({ do: 'group', group: { title: strings.graph.group, color: null, place: { x: left, y: top }, width: right - left, height: bottom - top } });
}

interface PulledEnd {
  readonly nodeId: string;
  readonly id?: string | null;
  readonly type: 'source' | 'target';
}

function pulledSearch(graph: Graph, kinds: NodeKinds, end: PulledEnd, place: Place): Search | null {
  const node = nodeOf(graph, end.nodeId), link = linkOf({ source: end.nodeId, target: end.nodeId, sourceHandle: end.id ?? null, targetHandle: end.id ?? null });
  const socket = node && (end.type === 'source' ? outputsOf(node, kinds)[link.output] : inputsOf(node, kinds).find(({ name }) => name === link.input));
  return socket ? { place, wanted: { type: socket.type, side: end.type === 'source' ? 'input' : 'output' }, pulled: { node: end.nodeId, handle: end.id ?? '' } } : null;
}

// The new node, linked to the end that was pulled.
function added(graph: Graph, kind: NodeKind, { place, wanted, pulled }: Search): Change[] {
  const id = nextId(graph.nodes), add: Change = { do: 'add', node: newNode(kind, id, place) };
  if (!wanted || !pulled) return [add];
  const ends = { source: pulled.node, target: pulled.node, sourceHandle: pulled.handle, targetHandle: pulled.handle };
  if (wanted.side === 'input') {
    const input = kind.inputs.find(({ type }) => fits(wanted.type, type));
    return input ? [add, { do: 'connect', link: { ...linkOf(ends), to: id, input: input.name } }] : [add];
  }
  const output = kind.outputs.findIndex(({ type }) => fits(type, wanted.type));
  return output < 0 ? [add] : [add, { do: 'connect', link: { ...linkOf(ends), from: id, output } }];
}
