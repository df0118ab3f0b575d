import { useState } from 'react';
import { HIDDEN, type Guess, type Lesson } from '../core/learn/lessons';
import { Field } from '../parts/fields';
import { submit } from '../parts/studio';
import { strings } from '../strings.en';
import { ModelField, RunRow, useRun } from './run';
import { ShareBars } from './ShareBars';

/** A masked-word model reads a sentence with holes, from both sides, and says what may stand there. */
export function WordsLesson({ lesson }: { readonly lesson: Lesson }) {
  const [text, setText] = useState(strings.learn.maskedExample), [model, setModel] = useState<string | null>(null), run = useRun();
  const places = run.job?.state === 'done' ? (run.job.result as { places: Guess[][] } | null)?.places ?? [] : [];
  return (
    <section className="panel stack">
      <p>{strings.learn.wordsText(HIDDEN)}</p>
      <ModelField lesson={lesson} model={model} onChange={setModel} />
      <Field label={strings.learn.masked}><textarea rows={2} value={text} onChange={(e) => setText(e.target.value)} /></Field>
      <RunRow run={run} ready={text.includes(HIDDEN)} onAsk={() => void run.begin(submit('fill', { model, text }))} />
      {places.map((guesses, i) => (
        <section key={i} className="stack" aria-label={strings.learn.place(i + 1)}>
          {places.length > 1 && <h2>{strings.learn.place(i + 1)}</h2>}
          <ShareBars shares={guesses.map(({ word, probability }) => ({ name: word, share: probability }))} />
        </section>
      ))}
    </section>
  );
}
