import type { NodeChange } from '@xyflow/react';
import type { Change } from '../core/graph/changes';
import type { Graph, GraphNode, Group, Place } from '../core/graph/graph';
import type { FlowNode } from './flow';

/** What the end of a drag changes: the nodes' places, and with a group those of all that lie in it. */
export function movesOf(changes: readonly NodeChange<FlowNode>[], shown: readonly FlowNode[], graph: Graph): Change[] {
  const places: Record<string, Place> = {}, groups: Change[] = [];
  for (const change of changes) {
    if (change.type !== 'position' || change.dragging === true) continue;
    const node = shown.find((candidate) => candidate.id === change.id), place = change.position ?? node?.position;
    if (!node || !place) continue;
    if (node.type === 'card') places[node.id] = place;
    else groups.push(...groupMove(node.data.group, place, graph, places));
  }
  const moved = Object.entries(places).filter(([id, place]) => !same(place, graph.nodes.find((node) => node.id === id)?.place));
  return [...groups, ...(moved.length > 0 ? [{ do: 'move' as const, places: Object.fromEntries(moved) }] : [])];
}

function groupMove(group: Group, place: Place, graph: Graph, places: Record<string, Place>): Change[] {
  if (same(place, group.place)) return [];
  const by = { x: place.x - group.place.x, y: place.y - group.place.y };
  for (const node of graph.nodes.filter((candidate) => lies(candidate, group)))
    places[node.id] ??= { x: node.place.x + by.x, y: node.place.y + by.y };
  return [{ do: 'regroup', group: { ...group, place } }];
}

const lies = ({ place }: GraphNode, group: Group): boolean =>
  place.x >= group.place.x && place.y >= group.place.y && place.x < group.place.x + group.width && place.y < group.place.y + group.height;

const same = (a: Place, b: Place | undefined): boolean => a.x === b?.x && a.y === b.y;
