import type { Job } from '../core/api/dto';
import { shareDone } from '../core/jobs';
import { seconds, strings } from '../strings.en';

/** How far a job is, in a bar and in words. */
export function JobProgress({ job }: { readonly job: Job }) {
  const progress = job.progress;
  if (job.state !== 'running') return null;
  const share = shareDone(progress);
  return (
    <div className="stack">
      <progress max={1} value={share} aria-label={strings.jobs.progress} />
      <span className="small muted">
        {progress && progress.steps > 0 ? strings.jobs.step(progress.step, progress.steps) : strings.jobs.begins}
        {progress && progress.images > 1 ? ` · ${strings.jobs.pictures(progress.image, progress.images)}` : ''}
        {progress?.etaSeconds != null ? ` · ${strings.jobs.eta(seconds(progress.etaSeconds))}` : ''}
      </span>
    </div>
  );
}

export const JobStateLabel = ({ job }: { readonly job: Job }) =>
  <span className={`state ${job.state}`}>{strings.jobs.states[job.state]}</span>;
