import { useState } from 'react';
import type { Picture } from '../core/api/dto';
import { categoriesOf, type Lesson, type Verdict } from '../core/learn/lessons';
import { isOver } from '../core/jobs';
import { Field } from '../parts/fields';
import { JobProgress } from '../parts/JobProgress';
import { jobs, submit } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { PicturePicker } from './PicturePicker';

/** CLIP names what a picture shows, among categories that nobody trained it on: they are typed on the spot. */
export function ZeroShotLesson({ lesson }: { readonly lesson: Lesson }) {
  const [picture, setPicture] = useState<Picture | null>(null), [text, setText] = useState(strings.learn.categoriesExample), [jobId, setJobId] = useState<string | null>(null);
  const job = useStore(jobs)[jobId ?? ''] ?? null, categories = categoriesOf(text);
  const run = async () => {
    if (picture) setJobId((await submit('classify', { model: lesson.model, picture: picture.id, categories }))?.id ?? null);
  };
  return (
    <section className="panel stack">
      <p>{strings.learn.clipText}</p>
      <PicturePicker chosen={picture} onChoose={setPicture} />
      <Field label={strings.learn.categories}><textarea rows={4} value={text} onChange={(e) => setText(e.target.value)} /></Field>
      <div><button className="primary" disabled={!picture || categories.length < 2 || (job !== null && !isOver(job))} onClick={() => void run()}>{strings.learn.ask}</button></div>
      {job && <JobProgress job={job} />}
      {job?.error && <p className="bad">{job.error}</p>}
      {job?.state === 'done' && <Verdicts verdicts={(job.result as { categories: Verdict[] } | null)?.categories ?? []} />}
    </section>
  );
}

const Verdicts = ({ verdicts }: { readonly verdicts: readonly Verdict[] }) => (
  <div className="bars">
    {[...verdicts].sort((a, b) => b.probability - a.probability).map(({ category, probability }) => <VerdictBar key={category} category={category} probability={probability} />)}
  </div>
);

const VerdictBar = ({ category, probability }: { readonly category: string; readonly probability: number }) => (
  <>
    <span>{category}</span>
    <meter min={0} max={1} value={probability} aria-label={category} />
    <span>{(100 * probability).toFixed(0)} %</span>
  </>
);
