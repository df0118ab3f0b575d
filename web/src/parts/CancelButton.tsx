import type { Job } from '../core/api/dto';
import { isOver } from '../core/jobs';
import { strings } from '../strings.en';
import { api, attempt } from './studio';

/** Asks the server to do something to a job. What becomes of it comes as an event, which an answer could only be older than. */
export const act = (job: Job, action: 'cancel' | 'pause' | 'resume' | 'retry'): Promise<unknown> => attempt(() => api.act(job.id, action));

export const CancelButton = ({ job }: { readonly job: Job }) =>
  isOver(job) ? null : <button className="danger" onClick={() => void act(job, 'cancel')}>{strings.jobs.cancel}</button>;
