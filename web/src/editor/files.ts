import { fromPrompt, isPrompt } from '../core/graph/fromPrompt';
import { arranged } from '../core/graph/layout';
import { readWorkflow, unknownKinds, writeWorkflow, type WorkflowVersion } from '../core/graph/workflow';
import { api, attempt } from '../parts/studio';
import { complain, say } from '../parts/toasts';
import { strings } from '../strings.en';
import { graphNow, kinds, replace } from './state';

/** Opens a workflow, or what `/prompt` takes; of a picture, the one inside. */
export async function openFile(file: File): Promise<void> {
  await attempt(async () => {
    const isPicture = file.type.startsWith('image/') || /\.(png|jpe?g|webp|avif)$/i.test(file.name);
    openJson(isPicture ? (await api.settingsOf(file)).workflow : JSON.parse(await file.text()));
  });
}

export function openJson(json: unknown): void {
  if (!json) return complain(strings.graph.noWorkflow);
  const graph = isPrompt(json) ? fromPrompt(json, kinds.get()) : readWorkflow(json, kinds.get()), strange = unknownKinds(graph);
  replace(graph);
  if (strange.length > 0) say(strings.graph.strange(strange.join(', ')));
}

export function saveFile(version: WorkflowVersion): void {
  const text = JSON.stringify(writeWorkflow(graphNow(), kinds.get(), version), null, 2);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = 'workflow.json';
  link.click();
  URL.revokeObjectURL(link.href);
}

export const arrange = (): void => replace(arranged(graphNow(), kinds.get()));
