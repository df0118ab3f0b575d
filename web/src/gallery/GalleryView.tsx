import { useEffect, useState } from 'react';
import type { Picture } from '../core/api/dto';
import { changed, chosen, emptyGallery, everything, neighbours, withPicture, without } from '../core/gallery/gallery';
import { BIN, hashOf } from '../core/route';
import { Icon } from '../parts/icons';
import { api, attempt, onJobEvent } from '../parts/studio';
import { say } from '../parts/toasts';
import { strings } from '../strings.en';
import { CompareDialog } from './CompareDialog';
import { Filters } from './Filters';
import { PictureDetail } from './PictureDetail';
import { useMore, type SetGallery } from './pages';
import { Tile } from './Tile';
import { Wall } from './Wall';

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
            <Filters query={gallery.query} onChange={(query) => setGallery(emptyGallery(query))}>
              <a className="button" href={hashOf('gallery', BIN)}><Icon name="bin" /> {strings.bin.title}</a>
            </Filters>
            <Wall gallery={gallery} onMore={more} empty={strings.gallery.empty} tile={(picture) => <Tile key={picture.id} picture={picture} tools={tools} />} />
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

async function restore(picture: Picture, setGallery: SetGallery): Promise<void> {
  const back = await attempt(() => api.restore(picture.id));
  if (back) setGallery((old) => withPicture(old, back));
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
