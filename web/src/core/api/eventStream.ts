import type { Job, Picture, Progress } from './dto';
import type { JobEvent } from '../jobs';

/** What is used of a browser's EventSource. */
export interface Source {
  addEventListener(type: string, listener: (event: { data?: string }) => void): void;
  close(): void;
}

export interface Listener {
  event(event: JobEvent): void;
  /** The stream is open, again perhaps: whatever happened in between has to be asked for. */
  open(): void;
  /** The stream is down; the browser tries again by itself. */
  lost(): void;
}

/** Listens to all jobs until the function that it returns is called. */
export function listen(source: Source, listener: Listener): () => void {
  for (const type of ['job', 'done', 'failed', 'progress', 'preview', 'picture', 'loss', 'text'])
    source.addEventListener(type, ({ data }) => {
      const event = data === undefined ? null : eventOf(type, JSON.parse(data) as Record<string, unknown>);
      if (event) listener.event(event);
    });
  source.addEventListener('open', () => listener.open());
  source.addEventListener('error', () => listener.lost());
  return () => source.close();
}

/** One event of the stream; null where it tells nothing that the page shows. */
export function eventOf(type: string, data: Record<string, unknown>): JobEvent | null {
  const jobId = String(data['jobId'] ?? data['id'] ?? '');
  switch (type) {
    case 'job':
    case 'done':
    case 'failed':
      return 'state' in data ? { type, job: data as unknown as Job } : null;
    case 'progress':
      return { type, jobId, progress: (data['progress'] ?? data) as Progress };
    case 'preview':
      return { type, jobId, url: String(data['url']) };
    case 'picture':
      return { type, jobId, picture: (data['picture'] ?? data) as Picture };
    case 'loss':
      return { type, jobId, step: Number(data['step']), loss: Number(data['loss']) };
    case 'text':
      return { type, jobId, text: String(data['text'] ?? '') };
    default:
      return null;
  }
}
