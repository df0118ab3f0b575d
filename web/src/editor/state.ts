import { createContext, useContext } from 'react';
import { apply, type Change } from '../core/graph/changes';
import { emptyGraph, type Graph } from '../core/graph/graph';
import { kindsOf, type NodeKinds } from '../core/graph/nodeKind';
import { noRun, type NodeRun, type Run } from '../core/graph/run';
import { starter } from '../core/graph/starter';
import { historyOf, record, type History } from '../core/history';
import { createStore } from '../core/store';
import { api, attempt, comfy, names } from '../parts/studio';

/** What the editor edits. It outlives the view, so that nothing is lost by looking elsewhere. */
export const history = createStore<History<Graph>>(historyOf(emptyGraph));
export const kinds = createStore<NodeKinds>(new Map());
export const run = createStore<Run>(noRun);

export const graphNow = (): Graph => history.get().present;
export const change = (...changes: Change[]): void => replace(changes.reduce(apply, graphNow()));
export const replace = (graph: Graph): void => history.update((old) => record(old, graph));

/** A drag, a key in a text: changes that undo as one where they follow each other. */
let merging: { readonly key: string; readonly at: number } | null = null;
const MERGE_MS = 1000;

export function changeOn(key: string, ...changes: Change[]): void {
  const now = Date.now(), goesOn = merging?.key === key && now - merging.at < MERGE_MS;
  const graph = changes.reduce(apply, graphNow());
  history.update((old) => (goesOn ? { ...old, present: graph } : record(old, graph)));
  merging = { key, at: now };
}

export async function loadKinds(): Promise<void> {
  const info = await attempt(() => comfy.objectInfo());
  if (!info) return;
  kinds.set(kindsOf(info));
  const models = names.get().models.length > 0 ? names.get().models : (await attempt(() => api.models())) ?? [];
  if (graphNow() === emptyGraph) history.set(historyOf(starter(kinds.get(), models[0] ?? null)));
}

/** What a node shows of the run. */
export const RunOf = createContext<Run>(noRun);
export const useNodeRun = (id: string): NodeRun | undefined => useContext(RunOf).nodes[id];
export const KindsOf = createContext<NodeKinds>(new Map());
export const LinksOf = createContext<ReadonlySet<string>>(new Set());

/** How the links into inputs are named in {@link LinksOf}. */
export const socketKey = (node: string, input: string): string => `${node}\n${input}`;
