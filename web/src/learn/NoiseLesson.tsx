import { useEffect, useState } from 'react';
import type { Picture } from '../core/api/dto';
import { renoised, type Lesson } from '../core/learn/lessons';
import { isOver } from '../core/jobs';
import { JobProgress } from '../parts/JobProgress';
import { api, draw, jobs } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { SliderField } from '../parts/fields';
import { strings } from '../strings.en';
import { PicturePicker } from './PicturePicker';

const SEED = 1;

/** Noise is laid over a picture, and the network takes it away again: the more there was, the more it has to invent. */
export function NoiseLesson(_: { readonly lesson: Lesson }) {
  const [picture, setPicture] = useState<Picture | null>(null), [noise, setNoise] = useState(0.5), [jobId, setJobId] = useState<string | null>(null);
  const job = useStore(jobs)[jobId ?? ''] ?? null;
  const run = async () => {
    if (picture) setJobId((await draw(renoised(picture, noise, SEED)))?.id ?? null);
  };
  return (
    <section className="panel stack">
      <p>{strings.learn.noiseText}</p>
      <PicturePicker chosen={picture} onChoose={setPicture} />
      <SliderField label={strings.learn.noise} value={noise} min={0.05} max={1} step={0.05} shown={`${Math.round(noise * 100)} %`} onChange={setNoise} />
      <div><button className="primary" disabled={!picture || (job !== null && !isOver(job))} onClick={() => void run()}>{strings.learn.ask}</button></div>
      {job && <JobProgress job={job} />}
      {job?.error && <p className="bad">{job.error}</p>}
      {picture && job?.pictures[0] && <Course before={picture} after={job.pictures[0]} />}
    </section>
  );
}

function Course({ before, after }: { readonly before: Picture; readonly after: Picture }) {
  const [frames, setFrames] = useState<readonly string[]>([]);
  useEffect(() => { api.film(after.id).then((film) => setFrames(film.frames), () => setFrames([])); }, [after.id]);
  return (
    <div className="maps">
      <figure><img src={before.url} alt={before.prompt} /><figcaption>{strings.learn.before}</figcaption></figure>
      {frames.map((url, i) => <figure key={url}><img src={url} alt={strings.gallery.frame(i + 1, frames.length)} /><figcaption>{strings.gallery.frame(i + 1, frames.length)}</figcaption></figure>)}
      <figure><img src={after.url} alt={after.prompt} /><figcaption>{strings.learn.after}</figcaption></figure>
    </div>
  );
}
