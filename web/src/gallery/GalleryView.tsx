import { useCallback, useEffect, useRef, useState } from 'react';
import type { Picture } from '../core/api/dto';
import { changed, chosen, emptyGallery, everything, neighbours, withPage, withPicture, without, type Gallery, type GalleryQuery } from '../core/gallery/gallery';
import { hashOf } from '../core/route';
import { api, attempt, onJobEvent } from '../parts/studio';
import { say } from '../parts/toasts';
import { strings } from '../strings.en';
import { CompareDialog } from './CompareDialog';
import { Filters } from './Filters';
import { PictureDetail } from './PictureDetail';
import { Wall } from './Wall';

const PAGE = 60;

export function GalleryView({ id }: { readonly id: string | null }) {
  const [gallery, setGallery] = useState(() => emptyGallery(everything));
  // The pictures themselves: the second may be one of another search.
  const [pair, setPair] = useState<readonly Picture[]>([]), [left, right] = pair;
  const more = useMore(gallery, setGallery);
  useNewPictures(setGallery);
  const like = async (picture: Picture) => {
    const next = await attempt(() => api.setFavourite(picture.id, !picture.favourite));
    if (next) setGallery((old) => changed(old, next));
  };
  const remove = async (picture: Picture) => {
    if ((await attempt(async () => { await api.remove(picture.id); return true; })) === undefined) return;
    setGallery((old) => without(old, picture.id));
    setPair((old) => old.filter(({ id: other }) => other !== picture.id));
    say(strings.gallery.deleted, { label: strings.undo, act: () => void restore(picture, setGallery) });
  };
  const tools = { like, remove, compare: (picture: Picture) => setPair((old) => chosen(old, picture)), compared: pair.map(({ id: one }) => one) };
  return (
    <div className="view">
      <h1 className="hidden">{strings.gallery.title}</h1>
      {id === null
        ? (
          <>
            <Filters query={gallery.query} onChange={(query) => setGallery(emptyGallery(query))} />
            <Wall gallery={gallery} tools={tools} onMore={more} />
          </>
        )
        : <PictureDetail key={id} id={id} tools={tools} {...neighbours(gallery, id)} />}
      {left && right && <CompareDialog left={left} right={right} onClose={() => setPair([])} />}
    </div>
  );
}

export interface PictureTools {
  readonly like: (picture: Picture) => Promise<void>;
  readonly remove: (picture: Picture) => Promise<void>;
  readonly compare: (picture: Picture) => void;
  readonly compared: readonly string[];
}

type SetGallery = (change: (gallery: Gallery) => Gallery) => void;

async function restore(picture: Picture, setGallery: SetGallery): Promise<void> {
  const back = await attempt(() => api.restore(picture.id));
  if (back) setGallery((old) => withPicture(old, back));
}

// The next page, one at a time; an answer to an older search is dropped, and what has failed may be asked for again.
function useMore(gallery: Gallery, setGallery: SetGallery): () => void {
  const asked = useRef<{ query: GalleryQuery; cursor: string | null } | null>(null);
  return useCallback(() => {
    const { query, cursor, complete } = gallery;
    if (complete || (asked.current?.query === query && asked.current.cursor === cursor)) return;
    const asking = { query, cursor };
    asked.current = asking;
    void attempt(() => api.pictures({ ...query, favourite: query.favourite || undefined, cursor, limit: PAGE })).then((page) => {
      if (page) setGallery((old) => (old.query === query ? withPage(old, page) : old));
      else if (asked.current === asking) asked.current = null;
    });
  }, [gallery, setGallery]);
}

// Pictures that are made while the gallery is open come to its top, unless it shows a search.
function useNewPictures(setGallery: SetGallery): void {
  useEffect(() => onJobEvent((event) => {
    if (event.type === 'picture') setGallery((old) => (old.query === everything ? withPicture(old, event.picture) : old));
  }), [setGallery]);
}

export const goTo = (picture: Picture | null): void => {
  if (picture) location.hash = hashOf('gallery', picture.id);
};
