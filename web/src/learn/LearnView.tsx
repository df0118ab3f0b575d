import { useEffect, useState, type ComponentType } from 'react';
import type { Lesson } from '../core/learn/lessons';
import { hashOf } from '../core/route';
import { api, attempt } from '../parts/studio';
import { strings } from '../strings.en';
import { NoiseLesson } from './NoiseLesson';
import { TextLesson } from './TextLesson';
import { VariationsLesson } from './VariationsLesson';
import { WalkLesson } from './WalkLesson';
import { WordsLesson } from './WordsLesson';
import { ZeroShotLesson } from './ZeroShotLesson';

/** The lessons that this page can show; which of them it does is the server's word. */
const lessons: Readonly<Record<string, ComponentType<{ readonly lesson: Lesson }>>> = {
  words: WordsLesson, text: TextLesson, clip: ZeroShotLesson, gan: WalkLesson, noise: NoiseLesson, unclip: VariationsLesson,
};

export function LearnView({ id }: { readonly id: string | null }) {
  const [told, setTold] = useState<readonly Lesson[] | null>(null);
  useEffect(() => void attempt(() => api.lessons()).then((found) => setTold(found ?? [])), []);
  const known = (told ?? []).filter(({ name }) => name in lessons), chosen = known.find((lesson) => lesson.name === id) ?? known.find(isHere) ?? known[0];
  return (
    <div className="view stack">
      <h1>{strings.learn.title}</h1>
      <p className="muted">{told === null ? strings.loading : strings.learn.hint}</p>
      <nav className="row" aria-label={strings.learn.title}>
        {known.map((lesson) => <LessonLink key={lesson.name} lesson={lesson} current={lesson === chosen} />)}
      </nav>
      {chosen && <Shown key={chosen.name} lesson={chosen} />}
    </div>
  );
}

const isHere = ({ models }: Lesson): boolean => models.length > 0;

const LessonLink = ({ lesson, current }: { readonly lesson: Lesson; readonly current: boolean }) => (
  <a className={isHere(lesson) ? 'button' : 'button absent'} href={hashOf('learn', lesson.name)} aria-current={current ? 'page' : undefined}>
    {strings.learn.names[lesson.name]}
  </a>
);

function Shown({ lesson }: { readonly lesson: Lesson }) {
  const Lesson = lessons[lesson.name];
  if (Lesson && isHere(lesson)) return <Lesson lesson={lesson} />;
  return (
    <section className="panel stack">
      <p>{strings.learn.absent}</p>
      <pre className="command"><code>{lesson.how}</code></pre>
      <p><a href={hashOf('train')}>{strings.learn.train}</a></p>
    </section>
  );
}
