import { useEffect, useState } from 'react';
import type { Job } from '../core/api/dto';
import type { Lesson } from '../core/learn/lessons';
import { Field, NumberField, SliderField } from '../parts/fields';
import { onJobEvent, submit } from '../parts/studio';
import { strings } from '../strings.en';
import { ModelField, RunRow, useRun } from './run';

/** A next-word model writes a text on, word after word; the temperature says how daring it is. */
export function TextLesson({ lesson }: { readonly lesson: Lesson }) {
  const [text, setText] = useState(strings.learn.beginningExample), [model, setModel] = useState<string | null>(null);
  const [temperature, setTemperature] = useState(0.8), [seed, setSeed] = useState<number | null>(null), run = useRun(), written = useWritten(run.job);
  return (
    <section className="panel stack">
      <p>{strings.learn.textText}</p>
      <ModelField lesson={lesson} model={model} onChange={setModel} />
      <Field label={strings.learn.beginning}><textarea rows={3} value={text} onChange={(e) => setText(e.target.value)} /></Field>
      <SliderField label={strings.learn.temperature} value={temperature} min={0} max={2} step={0.1} onChange={setTemperature} />
      <NumberField label={strings.create.seed} value={seed} min={0} placeholder={strings.create.anySeed} onChange={setSeed} />
      <RunRow run={run} ready={text !== ''} onAsk={() => void run.begin(submit('complete', { model, text, temperature, seed }))} />
      {run.job && <output className="written" aria-label={strings.learn.written}><span className="muted">{run.job.settings.text}</span>{written}</output>}
    </section>
  );
}

// Pieces as they come; the whole when it is there, since the first may have come before anybody listened.
function useWritten(job: Job | null): string {
  const [heard, setHeard] = useState(''), id = job?.id;
  useEffect(() => {
    setHeard('');
    return onJobEvent((event) => {
      if (event.type === 'text' && event.jobId === id) setHeard((old) => old + event.text);
    });
  }, [id]);
  return (job?.result as { text?: string } | null | undefined)?.text ?? heard;
}
