import { useEffect } from 'react';
import { newKey } from '../core/api/api';
import type { Job } from '../core/api/dto';
import { afterRun } from '../core/graph/afterRun';
import { applyHistory, applyJob, applyMessage, noRun, previewOf, withPreview } from '../core/graph/run';
import { toPrompt } from '../core/graph/toPrompt';
import { writeWorkflow } from '../core/graph/workflow';
import { isOver } from '../core/jobs';
import { attempt, comfy, onJobEvent } from '../parts/studio';
import { complain } from '../parts/toasts';
import { graphNow, history, kinds, run } from './state';

const clientId = newKey();
const AGAIN_MS = 2000;

/** Hears what runs say, as long as the editor is open. */
export function useRunMessages(): void {
  useEffect(() => onJobEvent((event) => {
    if ('job' in event && isOver(event.job) && event.job.settings.promptId === run.get().promptId) void readHistory(event.job);
  }), []);
  useEffect(() => {
    let socket: WebSocket, timer = 0, closed = false;
    const connect = () => {
      socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws?clientId=${clientId}`);
      socket.binaryType = 'arraybuffer';
      // What was said while nobody listened.
      socket.onopen = () => void readHistory(null);
      socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => hear(data);
      socket.onclose = () => { if (!closed) timer = window.setTimeout(connect, AGAIN_MS); };
    };
    connect();
    return () => {
      closed = true;
      clearTimeout(timer);
      socket.close();
    };
  }, []);
}

function hear(data: string | ArrayBuffer): void {
  const now = performance.now() / 1000;
  if (typeof data === 'string') {
    const { type, data: said } = JSON.parse(data) as { type: string; data: Record<string, unknown> };
    run.update((old) => applyMessage(old, type, said ?? {}, now));
    return;
  }
  const preview = previewOf(data);
  if (!preview) return;
  const url = URL.createObjectURL(new Blob([preview.picture], { type: preview.mime }));
  run.update((old) => {
    const next = withPreview(old, preview.node, url, now);
    for (const [id, { previewUrl }] of Object.entries(old.nodes)) if (previewUrl && next.nodes[id]?.previewUrl !== previewUrl) URL.revokeObjectURL(previewUrl);
    return next;
  });
}

// A run may end unheard: while the socket is down, or before the run began. Then the history tells it, or else its job.
async function readHistory(job: Job | null): Promise<void> {
  const { promptId: id, over } = run.get();
  if (id === null || over !== null) return;
  const entry = await attempt(() => comfy.history(id)), now = performance.now() / 1000;
  run.update((old) => {
    if (old.promptId !== id || old.over !== null) return old;
    return entry ? applyHistory(old, entry, now) : job ? applyJob(old, job, now) : old;
  });
}

/** Puts the graph into the queue. What is wrong with a node is shown at it. */
export async function startRun(): Promise<void> {
  const graph = graphNow(), known = kinds.get();
  const id = newKey();
  run.update((old) => ({ ...noRun, promptId: id, waiting: old.waiting }));
  const answer = await attempt(() => comfy.run(toPrompt(graph, known), writeWorkflow(graph, known), clientId, id));
  if (!answer) return run.set(noRun);
  if ('sentence' in answer) {
    const first = Object.entries(answer.nodes)[0], fault = first?.[1].errors[0];
    const sentence = fault ? `${first[1].class_type} ${first[0]}: ${[fault.message, fault.details].filter(Boolean).join(': ')}` : answer.sentence;
    run.set({ ...noRun, over: 'failed', error: { node: first?.[0] ?? null, sentence } });
    complain(sentence);
    return;
  }
  history.update((old) => ({ ...old, present: afterRun(old.present, known) }));
}

export async function stopRun(): Promise<void> {
  const id = run.get().promptId;
  if (!id) return;
  // It may begin in between: then it is not in the queue any more, and runs.
  await attempt(async () => {
    await comfy.withdraw(id);
    await comfy.interrupt(id);
  });
}
