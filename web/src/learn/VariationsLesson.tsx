import { useState } from 'react';
import type { Picture } from '../core/api/dto';
import type { Lesson } from '../core/learn/lessons';
import { submit } from '../parts/studio';
import { strings } from '../strings.en';
import { PicturePicker } from './PicturePicker';
import { ModelField, RunRow, useRun } from './run';

/** unCLIP draws what CLIP sees in a picture: what CLIP keeps stays, what it forgets is drawn anew each time. */
export function VariationsLesson({ lesson }: { readonly lesson: Lesson }) {
  const [picture, setPicture] = useState<Picture | null>(null), [model, setModel] = useState<string | null>(null), run = useRun(), drawn = run.job?.pictures ?? [];
  return (
    <section className="panel stack">
      <p>{strings.learn.unclipText}</p>
      <ModelField lesson={lesson} model={model} onChange={setModel} />
      <PicturePicker chosen={picture} onChoose={setPicture} />
      <RunRow run={run} ready={picture !== null} onAsk={() => { if (picture) void run.begin(submit('vary', { model, picture: picture.id })); }} />
      {picture && drawn.length > 0 && (
        <div className="maps">
          <figure><img src={picture.url} alt={picture.prompt} /><figcaption>{strings.learn.before}</figcaption></figure>
          {drawn.map(({ id, url }, i) => <figure key={id}><img src={url} alt={strings.learn.variation(i + 1)} /><figcaption>{strings.learn.variation(i + 1)}</figcaption></figure>)}
        </div>
      )}
    </section>
  );
}
