import { useEffect, useState } from 'react';
import type { Job, Picture } from '../core/api/dto';
import { redrawn, varied } from '../core/create/form';
import { hashOf } from '../core/route';
import { Icon } from '../parts/icons';
import { api, attempt, draw, startFrom, takeSettings, upscale } from '../parts/studio';
import { say } from '../parts/toasts';
import { strings } from '../strings.en';
import { shown } from './CompareDialog';
import { Explanation } from './Explanation';
import { goTo, type PictureTools } from './GalleryView';

interface Props {
  readonly id: string;
  readonly tools: PictureTools;
  readonly before: Picture | null;
  readonly after: Picture | null;
}

export function PictureDetail({ id, tools, before, after }: Props) {
  const [picture, setPicture] = useState<Picture | null>(null);
  useEffect(() => void attempt(() => api.picture(id)).then((found) => setPicture(found ?? null)), [id]);
  useArrows(before, after);
  if (!picture) return <p className="muted">{strings.loading}</p>;
  const like = async () => {
    await tools.like(picture);
    setPicture({ ...picture, favourite: !picture.favourite });
  };
  return (
    <article className="stack" aria-label={picture.prompt}>
      <div className="row">
        <a className="button" href={hashOf('gallery')}>{strings.gallery.back}</a>
        <button disabled={!before} onClick={() => goTo(before)}>{strings.gallery.before}</button>
        <button disabled={!after} onClick={() => goTo(after)}>{strings.gallery.after}</button>
      </div>
      <div className="detail">
        <Stage picture={picture} />
        <div className="stack">
          <h2>{picture.prompt}</h2>
          <Actions picture={picture} tools={tools} onLike={() => void like()} />
          <Facts picture={picture} />
          {picture.infotext && <details><summary>{strings.gallery.infotext}</summary><pre tabIndex={0}>{picture.infotext}</pre></details>}
          <Explanation picture={picture} />
        </div>
      </div>
    </article>
  );
}

const SUBTLE = 0.15;

const ordered = (job: Promise<Job | undefined>): void =>
  void job.then((made) => { if (made) say(strings.gallery.ordered); });

function Actions({ picture, tools, onLike }: { readonly picture: Picture; readonly tools: PictureTools; readonly onLike: () => void }) {
  const remove = async () => {
    await tools.remove(picture);
    location.hash = hashOf('gallery');
  };
  return (
    <div className="row">
      <button onClick={() => takeSettings({ ...picture.settings, prompt: picture.settings?.prompt ?? picture.prompt, seed: picture.seed })}>{strings.create.sameSettings}</button>
      <button onClick={() => startFrom(picture)}>{strings.create.startFrom}</button>
      <button onClick={() => ordered(upscale(picture))}>{strings.gallery.upscale}</button>
      {picture.settings && <button onClick={() => ordered(draw(redrawn(picture)))}>{strings.gallery.redraw}</button>}
      {picture.settings && <button onClick={() => ordered(draw(varied(picture, SUBTLE)))}>{strings.create.vary}</button>}
      <button aria-pressed={picture.favourite} onClick={onLike}><Icon name="star" filled={picture.favourite} /> {strings.gallery.favourite}</button>
      <button aria-pressed={tools.compared.includes(picture.id)} onClick={() => tools.compare(picture)}>{strings.gallery.compareThis}</button>
      <a className="button" href={picture.url} download={`${picture.id}.png`}>{strings.gallery.download}</a>
      <button className="danger" onClick={() => void remove()}>{strings.gallery.delete}</button>
    </div>
  );
}

/** The picture, or its denoising at one step. */
function Stage({ picture }: { readonly picture: Picture }) {
  const [frames, setFrames] = useState<readonly string[]>([]), [frame, setFrame] = useState<number | null>(null);
  useEffect(() => { api.film(picture.id).then((film) => setFrames(film.frames), () => setFrames([])); }, [picture.id]);
  const at = frame ?? frames.length - 1, isLast = frame === null || at >= frames.length - 1;
  return (
    <div className="stack">
      <div className="stage">
        <img src={isLast ? picture.url : frames[at]} alt={isLast ? picture.prompt : strings.gallery.frame(at + 1, frames.length)} />
      </div>
      {frames.length > 1 && (
        <label>
          <span className="label">{strings.gallery.scrub}: {strings.gallery.frame(at + 1, frames.length)}</span>
          <input type="range" min={0} max={frames.length - 1} value={at} aria-label={strings.gallery.scrub} onChange={(e) => setFrame(Number(e.target.value))} />
        </label>
      )}
    </div>
  );
}

function Facts({ picture }: { readonly picture: Picture }) {
  const { prompt: _, ...settings } = picture.settings ?? {};
  const facts: [string, unknown][] = [['size', `${picture.width}×${picture.height}`], ['seed', picture.seed],
    ...Object.entries(settings).filter(([name, value]) => value !== null && value !== '' && !['seed', 'width', 'height', 'count', 'previewEvery'].includes(name))];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => <FactRow key={name} name={name} value={value} />)}
    </dl>
  );
}

const FactRow = ({ name, value }: { readonly name: string; readonly value: unknown }) => <><dt>{name}</dt><dd>{shown(value)}</dd></>;

function useArrows(before: Picture | null, after: Picture | null): void {
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      if (event.key === 'ArrowLeft') goTo(before);
      if (event.key === 'ArrowRight') goTo(after);
    };
    window.addEventListener('keydown', keyDown);
    return () => window.removeEventListener('keydown', keyDown);
  }, [before, after]);
}
