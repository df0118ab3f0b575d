import { useEffect, useState, type ComponentType } from 'react';
import type { Lesson } from '../core/learn/lessons';
import { hashOf } from '../core/route';
import { api, names } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { NoiseLesson } from './NoiseLesson';
import { ZeroShotLesson } from './ZeroShotLesson';

/** The lessons that this page can show; which of them it does is the server's word. */
const lessons: Readonly<Record<string, ComponentType<{ readonly lesson: Lesson }>>> = { noise: NoiseLesson, clip: ZeroShotLesson };

export function LearnView({ id }: { readonly id: string | null }) {
  const there = useLessons().filter(({ name }) => name in lessons), chosen = there.find((lesson) => lesson.name === id) ?? there[0];
  const Shown = chosen && lessons[chosen.name];
  return (
    <div className="view stack">
      <h1>{strings.learn.title}</h1>
      <p className="muted">{there.length > 0 ? strings.learn.hint : strings.learn.none}</p>
      <nav className="row" aria-label={strings.learn.title}>
        {there.map(({ name }) => <a key={name} className="button" href={hashOf('learn', name)} aria-current={name === chosen?.name ? 'page' : undefined}>{strings.learn.names[name]}</a>)}
      </nav>
      {Shown && <Shown key={chosen.name} lesson={chosen} />}
    </div>
  );
}

// A server that does not list lessons can still draw.
function useLessons(): readonly Lesson[] {
  const { models } = useStore(names), [told, setTold] = useState<readonly Lesson[] | null>(null), first = models[0]?.name;
  useEffect(() => { api.lessons().then(setTold, () => setTold(null)); }, []);
  return told ?? (first ? [{ name: 'noise', model: first }] : []);
}
