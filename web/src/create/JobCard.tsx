import type { Job, Picture } from '../core/api/dto';
import { ownSettings, varied } from '../core/create/form';
import { isOver, titleOf } from '../core/jobs';
import { hashOf } from '../core/route';
import { act, CancelButton } from '../parts/CancelButton';
import { JobProgress, JobStateLabel } from '../parts/JobProgress';
import { draw, startFrom, takeFrom, upscale } from '../parts/studio';
import { strings } from '../strings.en';

const SUBTLE = 0.15, STRONG = 0.5, MOST_WAITING = 8;

/** A job with its pictures, those that are still to come, and what may be done with each. */
export function JobCard({ job }: { readonly job: Job }) {
  const name = titleOf(job) || strings.jobs.kinds[job.kind] || job.id;
  return (
    <article className="panel job" aria-label={name} data-job={job.id}>
      <div className="row spread">
        <strong className="grow">{name}</strong>
        <JobStateLabel job={job} />
        {job.state === 'failed' && <button onClick={() => void act(job, 'retry')}>{strings.jobs.retry}</button>}
        <CancelButton job={job} />
      </div>
      {job.error && <p className="bad" role="alert">{job.error}</p>}
      <JobProgress job={job} />
      <div className="tiles">
        {job.pictures.map((picture, i) => <PictureTile key={picture.id} picture={picture} number={i + 1} />)}
        <Waiting job={job} />
      </div>
    </article>
  );
}

function Waiting({ job }: { readonly job: Job }) {
  if (isOver(job)) return null;
  const count = job.progress?.images || job.settings.count || 1;
  const left = Math.min(MOST_WAITING, Math.max(0, count - job.pictures.length)), preview = job.progress?.previewUrl;
  // The preview shows all pictures that are being drawn.
  if (preview) return <div className={left > 1 ? 'tile wide' : 'tile'}><div className="frame"><img className="pixel" src={preview} alt={strings.create.preview} /></div></div>;
  return Array.from({ length: left }, (_, i) => <div className="tile" key={i}><div className="frame"><span aria-hidden="true">…</span></div></div>);
}

function PictureTile({ picture, number }: { readonly picture: Picture; readonly number: number }) {
  const name = strings.create.pictureOf(picture.prompt, number);
  const button = (label: string, hint: string, onClick: () => void) =>
    <button type="button" aria-label={`${hint}: ${number}`} title={hint} onClick={onClick}>{label}</button>;
  return (
    <div className="tile">
      <a href={hashOf('gallery', picture.id)} aria-label={strings.create.open(name)}><img src={picture.url} alt={name} loading="lazy" /></a>
      <div className="actions">
        {button(strings.create.u, strings.create.upscale, () => void upscale(picture))}
        {ownSettings(picture) && button(strings.create.v, strings.create.vary, () => void draw(varied(picture, SUBTLE)))}
        {ownSettings(picture) && button(strings.create.vv, strings.create.varyStrong, () => void draw(varied(picture, STRONG)))}
        {button(strings.create.from, strings.create.startFrom, () => startFrom(picture))}
        {button(strings.create.again, strings.create.sameSettings, () => void takeFrom(picture))}
      </div>
    </div>
  );
}
