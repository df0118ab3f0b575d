import { useEffect, useRef, type ReactNode } from 'react';
import type { Picture } from '../core/api/dto';
import type { Gallery } from '../core/gallery/gallery';
import { strings } from '../strings.en';

interface Props {
  readonly gallery: Gallery;
  readonly tile: (picture: Picture) => ReactNode;
  /** What is said where there is nothing. */
  readonly empty: string;
  readonly onMore: () => void;
}

/** The pictures that are loaded so far, and more as the end comes into view. */
export function Wall({ gallery, tile, empty, onMore }: Props) {
  return (
    <>
      <ul className="wall" aria-label={strings.gallery.pictures}>
        {gallery.pictures.map(tile)}
      </ul>
      {gallery.complete && gallery.pictures.length === 0 && <p className="muted">{empty}</p>}
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
