import type { Job } from '../core/api/dto';
import { inOrder, titleOf } from '../core/jobs';
import { hashOf } from '../core/route';
import { act, CancelButton } from '../parts/CancelButton';
import { JobProgress, JobStateLabel } from '../parts/JobProgress';
import { api, attempt, jobs, placesAgain } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';

const MOST_OVER = 50;

/** Everything that runs, waits or has ended. */
export function QueueView() {
  const { running, waiting, over } = inOrder(useStore(jobs));
  return (
    <div className="view stack">
      <h1>{strings.queue.title}</h1>
      <Section title={strings.queue.running} jobs={running} empty={strings.queue.idle} />
      <Section title={strings.queue.waiting} jobs={waiting} empty={strings.queue.noneWaiting} ordered />
      <Section title={strings.queue.over} jobs={over.slice(0, MOST_OVER)} empty={strings.queue.noneOver} />
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly jobs: readonly Job[];
  readonly empty: string;
  readonly ordered?: boolean;
}

function Section({ title, jobs: rows, empty, ordered = false }: SectionProps) {
  return (
    <section className="panel stack" aria-label={title}>
      <h2>{title}</h2>
      {rows.length === 0 && <p className="muted">{empty}</p>}
      {rows.map((job, i) => (
        <Row key={job.id} job={job} above={ordered ? rows[i - 1] : undefined} below={ordered ? rows[i + 1] : undefined} />
      ))}
    </section>
  );
}

interface RowProps {
  readonly job: Job;
  readonly above: Job | undefined;
  readonly below: Job | undefined;
}

function Row({ job, above, below }: RowProps) {
  const name = titleOf(job) || strings.jobs.kinds[job.kind] || job.kind;
  const button = (label: string, run: () => Promise<unknown>) => <button aria-label={`${label}: ${name}`} onClick={() => void run()}>{label}</button>;
  return (
    <div className="stack" data-job={job.id}>
      <div className="row">
        <JobStateLabel job={job} />
        <span className="grow">{name} <span className="small muted">{strings.jobs.kinds[job.kind]}</span></span>
        {job.pictures[0] && <a href={hashOf('gallery', job.pictures[0].id)}>{strings.jobs.count(job.pictures.length)}</a>}
        {above && button(strings.queue.up, () => move(job, above))}
        {below && button(strings.queue.down, () => move(below, job))}
        {(job.state === 'running' || job.state === 'queued') && button(strings.jobs.pause, () => act(job, 'pause'))}
        {job.state === 'paused' && button(strings.jobs.resume, () => act(job, 'resume'))}
        {(job.state === 'failed' || job.state === 'cancelled') && button(strings.jobs.retry, () => act(job, 'retry'))}
        <CancelButton job={job} />
      </div>
      {job.error && <p className="small bad">{job.error}</p>}
      <JobProgress job={job} />
    </div>
  );
}

async function move(job: Job, before: Job): Promise<void> {
  if (await attempt(() => api.moveBefore(job.id, before.id))) await placesAgain();
}
