import { useEffect, useState } from 'react';
import type { Picture } from '../core/api/dto';
import { renoised } from '../core/learn/lessons';
import { api, draw } from '../parts/studio';
import { SliderField } from '../parts/fields';
import { strings } from '../strings.en';
import { PicturePicker } from './PicturePicker';
import { RunRow, useRun } from './run';

const SEED = 1;

/** Noise is laid over a picture, and the network takes it away again: the more there was, the more it has to invent. */
export function NoiseLesson() {
  const [picture, setPicture] = useState<Picture | null>(null), [noise, setNoise] = useState(0.5), run = useRun(), after = run.job?.pictures[0];
  return (
    <section className="panel stack">
      <p>{strings.learn.noiseText}</p>
      <PicturePicker chosen={picture} onChoose={setPicture} />
      <SliderField label={strings.learn.noise} value={noise} min={0.05} max={1} step={0.05} shown={`${Math.round(noise * 100)} %`} onChange={setNoise} />
      <RunRow run={run} ready={picture !== null} onAsk={() => { if (picture) void run.begin(draw(renoised(picture, noise, SEED))); }} />
      {picture && after && <Course before={picture} after={after} />}
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
