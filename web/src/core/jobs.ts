import type { Job, Picture, Progress } from './api/dto';

/** All jobs that the page knows, by id. */
export type Jobs = Readonly<Record<string, Job>>;

export type JobEvent =
  | { readonly type: 'job' | 'done' | 'failed'; readonly job: Job }
  | { readonly type: 'progress'; readonly jobId: string; readonly progress: Progress }
  | { readonly type: 'preview'; readonly jobId: string; readonly url: string }
  | { readonly type: 'picture'; readonly jobId: string; readonly picture: Picture }
  | { readonly type: 'text'; readonly jobId: string; readonly text: string }
  | { readonly type: 'loss'; readonly jobId: string; readonly step: number; readonly loss: number };

/** What a job is called: what it draws, reads or trains, or nothing. */
export const titleOf = ({ settings: { prompt, text, from, recipe } }: Job): string =>
  typeof prompt === 'string' && prompt !== '' ? prompt : text ?? from ?? recipe ?? '';

export const isOver = (job: Job): boolean => ['done', 'failed', 'cancelled'].includes(job.state);
export const isWaiting = (job: Job): boolean => job.state === 'queued' || job.state === 'paused';

export function applyJobEvent(jobs: Jobs, event: JobEvent): Jobs {
  if (event.type === 'loss' || event.type === 'text') return jobs;
  if ('job' in event) return { ...jobs, [event.job.id]: merged(jobs[event.job.id], event.job) };
  const job = jobs[event.jobId];
  return job ? { ...jobs, [job.id]: applied(job, event) } : jobs;
}

// A whole job may come without the last preview's address; what is shown must not flicker back to nothing.
function merged(old: Job | undefined, job: Job): Job {
  const preview = job.progress?.previewUrl ?? (isOver(job) ? null : old?.progress?.previewUrl);
  return job.progress && preview ? { ...job, progress: { ...job.progress, previewUrl: preview } } : job;
}

function applied(job: Job, event: Exclude<JobEvent, { job: Job } | { type: 'loss' | 'text' }>): Job {
  switch (event.type) {
    case 'progress':
      return { ...job, progress: { ...event.progress, previewUrl: event.progress.previewUrl ?? job.progress?.previewUrl ?? null } };
    case 'preview':
      return { ...job, progress: { ...(job.progress ?? nothingYet), previewUrl: event.url } };
    case 'picture':
      return { ...job, pictures: [...job.pictures.filter((picture) => picture.id !== event.picture.id), event.picture] };
  }
}

const nothingYet: Progress = { step: 0, steps: 0, etaSeconds: null, image: 0, images: 0, previewUrl: null };

export const withJobs = (jobs: Jobs, more: readonly Job[]): Jobs =>
  more.reduce<Jobs>((all, job) => applyJobEvent(all, { type: 'job', job }), jobs);

/** Whether an event is of a job of which nothing is known but this: it has to be asked for. */
export const isOfUnknown = (jobs: Jobs, event: JobEvent): event is Exclude<JobEvent, { job: Job }> => !('job' in event) && !(event.jobId in jobs);

/** Whether an event moves the others that wait: a job has come into the queue, or has left it. */
export function movesQueue(jobs: Jobs, event: JobEvent): boolean {
  if (!('job' in event)) return false;
  const old = jobs[event.job.id];
  return (old?.state === 'queued') !== (event.job.state === 'queued');
}

/** The places of those that wait, as the server has them now. What an event has told meanwhile stays. */
export const withPlaces = (jobs: Jobs, queued: readonly Job[]): Jobs =>
  queued.reduce<Jobs>((all, job) => {
    const known = all[job.id];
    if (!known) return { ...all, [job.id]: job };
    return known.state === 'queued' ? { ...all, [job.id]: { ...known, position: job.position } } : all;
  }, jobs);

/** Running ones first, then the waiting in their order, then the ended, newest first. */
export function inOrder(jobs: Jobs): { running: Job[]; waiting: Job[]; over: Job[] } {
  const all = Object.values(jobs);
  return {
    running: all.filter((job) => job.state === 'running'),
    waiting: all.filter(isWaiting).sort((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity) || compare(a.createdAt, b.createdAt)),
    over: all.filter(isOver).sort((a, b) => compare(b.endedAt ?? b.createdAt, a.endedAt ?? a.createdAt)),
  };
}

/** How far a job is, 0 to 1: the pictures that are finished, and the steps of those that are being drawn. */
export function shareDone(progress: Progress | null): number {
  if (!progress || progress.steps === 0) return 0;
  const drawn = (progress.together ?? 1) * Math.min(1, progress.step / progress.steps);
  return Math.min(1, (progress.image + drawn) / Math.max(1, progress.images));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
