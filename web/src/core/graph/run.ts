import { strings } from '../../strings.en';
import type { Job } from '../api/dto';

/** What a run of the graph has said so far. */
export interface NodeRun {
  readonly state: 'running' | 'done' | 'cached' | 'failed';
  readonly value: number;
  readonly max: number;
  readonly startedAt: number;
  readonly seconds: number | null;
  readonly previewUrl: string | null;
  readonly pictures: readonly string[];
}

export interface Run {
  readonly promptId: string | null;
  readonly over: 'done' | 'failed' | 'interrupted' | null;
  readonly error: { readonly node: string | null; readonly sentence: string } | null;
  readonly nodes: Readonly<Record<string, NodeRun>>;
  readonly waiting: number;
}

export const noRun: Run = { promptId: null, over: null, error: null, nodes: {}, waiting: 0 };

type Data = Record<string, unknown>;

/** One message of `/ws`; `now` in seconds. Messages of other prompts count only for the queue's length. */
export function applyMessage(run: Run, type: string, data: Data, now: number): Run {
  if (type === 'status') return { ...run, waiting: waitingOf(data) };
  if (run.promptId === null || data['prompt_id'] !== run.promptId) return run;
  const node = typeof data['node'] === 'string' ? data['node'] : null;
  switch (type) {
    case 'execution_cached':
      return ((data['nodes'] ?? []) as string[]).reduce((all, id) => withNode(all, id, now, { state: 'cached', seconds: 0 }), run);
    case 'executing':
      return node ? withNode(ended(run, now), node, now, { state: 'running' }) : ended(run, now);
    case 'progress':
      return node ? withNode(run, node, now, { value: Number(data['value']), max: Number(data['max']) }) : run;
    case 'executed':
      return node ? withNode(run, node, now, { pictures: picturesOf(data['output']) }) : run;
    case 'execution_success':
      return { ...ended(run, now), over: 'done' };
    case 'execution_interrupted':
      return { ...ended(run, now), over: 'interrupted' };
    case 'execution_error':
      return failed(run, data, now);
    default:
      return run;
  }
}

/** What `/history` says of a run that is over: what its nodes have made, and the messages that told it. */
export interface HistoryEntry {
  readonly outputs?: Readonly<Record<string, unknown>> | null;
  readonly status?: { readonly status_str?: string; readonly messages?: readonly (readonly [type: string, data: Data])[] } | null;
}

/** A run that nobody listened to, as it came out. */
export function applyHistory(run: Run, { outputs, status }: HistoryEntry, now: number): Run {
  const shown = Object.entries(outputs ?? {}).reduce((all, [id, output]) => withNode(all, id, now, { state: 'done', pictures: picturesOf(output) }), run);
  const told = (status?.messages ?? []).reduce((all, [type, data]) => applyMessage(all, type, data, now), shown);
  return told.over ? told : { ...ended(told, now), over: status?.status_str === 'success' ? 'done' : 'failed' };
}

/** A run whose job is over, where nothing more is known of it. */
export function applyJob(run: Run, { state, error }: Job, now: number): Run {
  if (state === 'cancelled') return { ...ended(run, now), over: 'interrupted' };
  return state === 'failed' ? failed(run, { exception_message: error ?? undefined }, now) : { ...ended(run, now), over: 'done' };
}

/** A preview of the node that runs, or of one that the message names. */
export function withPreview(run: Run, node: string | null, url: string, now: number): Run {
  const id = node ?? Object.entries(run.nodes).find(([, { state }]) => state === 'running')?.[0];
  return id === undefined ? run : withNode(run, id, now, { previewUrl: url });
}

const waitingOf = (data: Data): number =>
  Number(((data['status'] as Data | undefined)?.['exec_info'] as Data | undefined)?.['queue_remaining'] ?? 0);

function withNode(run: Run, id: string, now: number, change: Partial<NodeRun>): Run {
  const old = run.nodes[id] ?? { state: 'running', value: 0, max: 0, startedAt: now, seconds: null, previewUrl: null, pictures: [] };
  return { ...run, nodes: { ...run.nodes, [id]: { ...old, ...change } } };
}

// Whatever ran before has ended by now.
function ended(run: Run, now: number): Run {
  const nodes = Object.entries(run.nodes).map(([id, node]) =>
    [id, node.state === 'running' ? { ...node, state: 'done' as const, seconds: now - node.startedAt } : node]);
  return { ...run, nodes: Object.fromEntries(nodes) as Run['nodes'] };
}

function failed(run: Run, data: Data, now: number): Run {
  const node = data['node_id'] === undefined ? null : String(data['node_id']);
  const told = node ? withNode(run, node, now, { state: 'failed', seconds: null }) : run;
  return { ...told, over: 'failed', error: { node, sentence: String(data['exception_message'] ?? strings.graph.runFailed) } };
}

function picturesOf(output: unknown): string[] {
  const images = ((output as Data | null)?.['images'] ?? []) as Record<string, string>[];
  return images.map(({ filename = '', subfolder = '', type = 'output' }) => `view?${new URLSearchParams({ filename, subfolder, type })}`);
}

/** A binary message of `/ws`: a preview of a picture, and the node it belongs to where that is said. */
export function previewOf(bytes: ArrayBuffer): { mime: string; node: string | null; picture: ArrayBuffer } | null {
  const view = new DataView(bytes);
  if (bytes.byteLength < 8) return null;
  const event = view.getUint32(0), second = view.getUint32(4);
  if (event === 1) return { mime: second === 2 ? 'image/png' : 'image/jpeg', node: null, picture: bytes.slice(8) };
  if (event !== 4 || bytes.byteLength < 8 + second) return null;
  const said = JSON.parse(new TextDecoder().decode(bytes.slice(8, 8 + second))) as Record<string, string>;
  return { mime: said['image_type'] ?? 'image/png', node: said['node_id'] ?? null, picture: bytes.slice(8 + second) };
}
