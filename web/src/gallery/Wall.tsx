import { useEffect, useRef } from 'react';
import type { Picture } from '../core/api/dto';
import type { Gallery } from '../core/gallery/gallery';
import { hashOf } from '../core/route';
import { Icon } from '../parts/icons';
import { strings } from '../strings.en';
import type { PictureTools } from './GalleryView';

interface Props {
  readonly gallery: Gallery;
  readonly tools: PictureTools;
  readonly onMore: () => void;
}

export function Wall({ gallery, tools, onMore }: Props) {
  const empty = gallery.complete && gallery.pictures.length === 0;
  return (
    <>
      <ul className="wall" aria-label={strings.gallery.pictures}>
        {gallery.pictures.map((picture) => <Tile key={picture.id} picture={picture} tools={tools} />)}
      </ul>
      {empty && <p className="muted">{strings.gallery.empty}</p>}
      {!gallery.complete && <EndOfWall key={gallery.cursor ?? 'first'} onSeen={onMore} />}
    </>
  );
}

// Asks for the next page as it comes into view; a button for those who do not scroll.
function EndOfWall({ onSeen }: { readonly onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What scrolls is the main part of the page: a margin of the window would be cut off at its edges.
    const root = mark.current?.closest('main') ?? null;
    const watcher = new IntersectionObserver((seen) => { if (seen.some((entry) => entry.isIntersecting)) onSeen(); }, { root, rootMargin: '600px' });
    if (mark.current) watcher.observe(mark.current);
    return () => watcher.disconnect();
  }, [onSeen]);
  return <div className="end-of-wall" ref={mark}><button className="plain" onClick={onSeen}>{strings.gallery.more}</button></div>;
}

function Tile({ picture, tools }: { readonly picture: Picture; readonly tools: PictureTools }) {
  const name = picture.prompt || picture.id;
  return (
    <li>
      <a href={hashOf('gallery', picture.id)}><img src={picture.url} alt={name} loading="lazy" width={picture.width} height={picture.height} /></a>
      <div className="tools">
        <button className="plain icon" aria-pressed={picture.favourite} aria-label={strings.gallery.like(name)} onClick={() => void tools.like(picture)}><Icon name="star" filled={picture.favourite} /></button>
        <button className="plain icon" aria-pressed={tools.compared.includes(picture.id)} aria-label={strings.gallery.compare(name)} onClick={() => tools.compare(picture)}><Icon name="compare" /></button>
        <button className="plain icon" aria-label={strings.gallery.remove(name)} onClick={() => void tools.remove(picture)}><Icon name="bin" /></button>
      </div>
    </li>
  );
}
