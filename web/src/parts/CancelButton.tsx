import type { Job } from '../core/api/dto';
import { isOver, withJobs } from '../core/jobs';
import { strings } from '../strings.en';
import { api, attempt, jobs } from './studio';

/** Asks the server to do something to a job, and shows what became of it. */
export async function act(job: Job, action: 'cancel' | 'pause' | 'resume' | 'retry'): Promise<void> {
  const changed = await attempt(() => api.act(job.id, action));
  if (changed) jobs.update((all) => withJobs(all, [changed]));
}

export const CancelButton = ({ job }: { readonly job: Job }) =>
  isOver(job) ? null : <button className="danger" onClick={() => void act(job, 'cancel')}>{strings.jobs.cancel}</button>;
