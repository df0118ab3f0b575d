import { useState } from 'react';
import type { Picture } from '../core/api/dto';
import { categoriesOf, type Lesson, type Verdict } from '../core/learn/lessons';
import { Field } from '../parts/fields';
import { submit } from '../parts/studio';
import { strings } from '../strings.en';
import { PicturePicker } from './PicturePicker';
import { ModelField, RunRow, useRun } from './run';
import { ShareBars } from './ShareBars';

/** CLIP names what a picture shows, among categories that nobody trained it on: they are typed on the spot. */
export function ZeroShotLesson({ lesson }: { readonly lesson: Lesson }) {
  const [picture, setPicture] = useState<Picture | null>(null), [text, setText] = useState(strings.learn.categoriesExample);
  const [model, setModel] = useState<string | null>(null), run = useRun(), categories = categoriesOf(text);
  const ask = () => {
    if (picture) void run.begin(submit('classify', { model, picture: picture.id, categories }));
  };
  return (
    <section className="panel stack">
      <p>{strings.learn.clipText}</p>
      <ModelField lesson={lesson} model={model} onChange={setModel} />
      <PicturePicker chosen={picture} onChoose={setPicture} />
      <Field label={strings.learn.categories}><textarea rows={4} value={text} onChange={(e) => setText(e.target.value)} /></Field>
      <RunRow run={run} ready={picture !== null && categories.length >= 2} onAsk={ask} />
      {run.job?.state === 'done' && <ShareBars shares={sharesOf((run.job.result as { categories: Verdict[] } | null)?.categories ?? [])} />}
    </section>
  );
}

const sharesOf = (verdicts: readonly Verdict[]) =>
  [...verdicts].sort((a, b) => b.probability - a.probability).map(({ category, probability }) => ({ name: category, share: probability }));
