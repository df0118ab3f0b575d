import { strings } from '../../strings.en';

/** An answer that is no success, in one sentence that people can read. */
export class Problem extends Error {
  constructor(readonly status: number, sentence: string) {
    super(sentence);
    this.name = 'Problem';
  }
}

export type Send = typeof fetch;

export interface Call {
  readonly method?: string;
  readonly json?: unknown;
  readonly bytes?: Blob;
  readonly form?: FormData;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** One call; its JSON answer. A failure becomes a {@link Problem} with the server's own sentence. */
export async function request<T>(send: Send, path: string, call: Call = {}): Promise<T> {
  const response = await answer(send, path, call);
  const text = await response.text();
  if (!response.ok) throw new Problem(response.status, sentenceOf(response, text));
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function answer(send: Send, path: string, call: Call): Promise<Response> {
  const json = call.json === undefined ? undefined : JSON.stringify(call.json);
  const headers = { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...call.headers };
  const init: RequestInit = { method: call.method ?? 'GET', headers, credentials: 'same-origin' };
  const body = json ?? call.bytes ?? call.form;
  if (body !== undefined) init.body = body;
  if (call.signal) init.signal = call.signal;
  try {
    return await send(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, strings.problems.gone);
  }
}

// RFC 9457 has the sentence in `title`; ComfyUI's routes have it in `error.message`.
function sentenceOf(response: Response, text: string): string {
  try {
    const body = JSON.parse(text) as { title?: string; error?: { message?: string; details?: string } | string };
    if (body.title) return body.title;
    if (typeof body.error === 'string') return body.error;
    if (body.error?.message) return [body.error.message, body.error.details].filter(Boolean).join(': ');
  } catch {
    // Not JSON: a proxy's page, for instance.
  }
  return strings.problems.answers(`${response.status} ${response.statusText}`.trim());
}
