import type { HistoryEntry } from '../graph/run';
import type { Prompt } from '../graph/toPrompt';
import { strings } from '../../strings.en';
import { request, type Send } from './request';

export interface NodeError {
  readonly class_type: string;
  readonly errors: readonly { readonly type: string; readonly message: string; readonly details: string; readonly extra_info?: { readonly input_name?: string } }[];
}

export interface Refused {
  readonly sentence: string;
  readonly nodes: Readonly<Record<string, NodeError>>;
}

/** ComfyUI's own routes, as far as the editor needs them. */
export class Comfy {
  constructor(private readonly send: Send) {}

  objectInfo(): Promise<Record<string, unknown>> {
    return request(this.send, 'api/object_info');
  }

  /** Puts a graph into the queue under an id of ours: what its run says may come before the answer. Its id, or why it cannot run. */
  async run(prompt: Prompt, workflow: unknown, clientId: string, id: string): Promise<{ id: string } | Refused> {
    const body = JSON.stringify({ prompt, client_id: clientId, prompt_id: id, extra_data: { extra_pnginfo: { workflow } } });
    const response = await this.send('api/prompt', { method: 'POST', body, headers: { 'content-type': 'application/json' }, credentials: 'same-origin' });
    const answer = await jsonOf(response);
    return response.ok ? { id: String(answer['prompt_id']) } : refusal(answer, response.status);
  }

  interrupt(id: string): Promise<void> {
    return request(this.send, 'api/interrupt', { method: 'POST', json: { prompt_id: id } });
  }

  /** Takes a graph that waits out of the queue. */
  withdraw(id: string): Promise<void> {
    return request(this.send, 'api/queue', { method: 'POST', json: { delete: [id] } });
  }

  /** What a graph has come to; null before it is over. */
  async history(id: string): Promise<HistoryEntry | null> {
    return (await request<Record<string, HistoryEntry>>(this.send, `api/history/${id}`))[id] ?? null;
  }

  async upload(file: File): Promise<string> {
    const form = new FormData();
    form.set('image', file, file.name);
    const { name, subfolder } = await request<{ name: string; subfolder: string }>(this.send, 'api/upload/image', { method: 'POST', form });
    return subfolder ? `${subfolder}/${name}` : name;
  }
}

type Answer = Record<string, unknown>;

async function jsonOf(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch {
    return {};
  }
}

function refusal(answer: Answer, status: number): Refused {
  const error = answer['error'] as { message?: string; details?: string } | string | undefined;
  const sentence = typeof error === 'string' ? error : [error?.message, error?.details].filter(Boolean).join(': ');
  return { sentence: sentence || String(answer['title'] ?? strings.problems.answers(String(status))), nodes: (answer['node_errors'] ?? {}) as Refused['nodes'] };
}
