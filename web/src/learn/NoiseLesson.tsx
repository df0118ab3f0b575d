import { useEffect, useState } from 'react';
import type { Picture } from '../core/api/dto';
import { renoised } from '../core/learn/lessons';
import { act } from '../parts/CancelButton';
import { SliderField } from '../parts/fields';
import { api, draw } from '../parts/studio';
import { strings } from '../strings.en';
import { PicturePicker } from './PicturePicker';
import { RunRow, useRun } from './run';

const SEED = 1;

/** Noise is laid over a picture, and the network takes it away again: the more there was, the more it has to invent. */
export function NoiseLesson() {
  const [picture, setPicture] = useState<Picture | null>(null), [noise, setNoise] = useState(0.5), run = useRun(), after = run.job?.pictures[0];
  const begin = (share: number) => {
    if (!picture) return;
    if (run.job && run.busy) void act(run.job, 'cancel');
    void run.begin(draw(renoised(picture, share, SEED)));
  };
  return (
    <section className="panel stack">
      <p>{strings.learn.noiseText}</p>
      <PicturePicker chosen={picture} onChoose={setPicture} />
      <SliderField label={strings.learn.noise} value={noise} min={0.05} max={1} step={0.05} shown={`${Math.round(noise * 100)} %`} onChange={setNoise} onSettled={begin} />
      <RunRow run={run} ready={picture !== null} onAsk={() => begin(noise)} />
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
