import { useEffect, useState } from 'react';
import type { Picture } from '../core/api/dto';
import type { Lesson } from '../core/learn/lessons';
import { Field, NumberField, SliderField } from '../parts/fields';
import { api, submit } from '../parts/studio';
import { strings } from '../strings.en';
import { ModelField, RunRow, useRun } from './run';

/** A GAN draws in one pass: each point of its latent space is a picture, and on the way from one to another all are. */
export function WalkLesson({ lesson }: { readonly lesson: Lesson }) {
  const [from, setFrom] = useState(strings.learn.fromExample), [to, setTo] = useState(strings.learn.toExample), [model, setModel] = useState<string | null>(null);
  const [seed, setSeed] = useState<number | null>(1), [toSeed, setToSeed] = useState<number | null>(null), run = useRun(), way = run.job?.pictures[0];
  return (
    <section className="panel stack">
      <p>{strings.learn.ganText}</p>
      <ModelField lesson={lesson} model={model} onChange={setModel} />
      <Field label={strings.learn.from}><input value={from} onChange={(e) => setFrom(e.target.value)} /></Field>
      <Field label={strings.learn.to}><input value={to} onChange={(e) => setTo(e.target.value)} /></Field>
      <NumberField label={strings.learn.fromSeed} value={seed} min={0} placeholder={strings.create.anySeed} onChange={setSeed} />
      <NumberField label={strings.learn.toSeed} value={toSeed} min={0} placeholder={strings.learn.sameSeed} onChange={setToSeed} />
      <RunRow run={run} ready={from !== '' && to !== ''} onAsk={() => void run.begin(submit('walk', { model, from, to, seed, toSeed }))} />
      {way && <Way way={way} />}
    </section>
  );
}

function Way({ way }: { readonly way: Picture }) {
  const [stations, setStations] = useState<readonly string[]>([]), [at, setAt] = useState(0), shown = Math.min(at, stations.length - 1);
  useEffect(() => { api.film(way.id).then((film) => setStations(film.frames), () => setStations([])); }, [way.id]);
  if (stations.length === 0) return null;
  return (
    <>
      <SliderField label={strings.learn.way} value={shown} min={0} max={stations.length - 1} step={1} shown={strings.gallery.frame(shown + 1, stations.length)} onChange={setAt} />
      <img className="pixel station" src={stations[shown]} alt={strings.gallery.frame(shown + 1, stations.length)} />
      <img className="pixel" src={way.url} alt={way.prompt} />
    </>
  );
}
