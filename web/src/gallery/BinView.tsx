import { useRef, useState } from 'react';
import type { Picture } from '../core/api/dto';
import { bin, emptyGallery, without } from '../core/gallery/gallery';
import { hashOf } from '../core/route';
import { Dialog } from '../parts/Dialog';
import { Icon } from '../parts/icons';
import { api, attempt } from '../parts/studio';
import { say } from '../parts/toasts';
import { strings } from '../strings.en';
import { Filters } from './Filters';
import { useMore } from './pages';
import { Wall } from './Wall';

/** Deleted pictures: each can be brought back, or removed for good. */
export function BinView() {
  const [gallery, setGallery] = useState(() => emptyGallery(bin)), [doomed, setDoomed] = useState<Picture | null>(null);
  const title = useRef<HTMLHeadingElement>(null), more = useMore(gallery, setGallery);
  const leave = async (picture: Picture, act: () => Promise<unknown>, said: string) => {
    if ((await attempt(async () => { await act(); return true; })) === undefined) return;
    setGallery((old) => without(old, picture.id));
    say(said);
    // The button that was pressed is gone.
    title.current?.focus();
  };
  const purge = (picture: Picture) => {
    setDoomed(null);
    void leave(picture, () => api.purge(picture.id), strings.bin.purged);
  };
  return (
    <div className="view">
      <div className="row spread">
        <h1 ref={title} tabIndex={-1}>{strings.bin.title}</h1>
        <a className="button" href={hashOf('gallery')}>{strings.gallery.back}</a>
      </div>
      <p className="muted">{strings.bin.hint}</p>
      <Filters query={gallery.query} onChange={(query) => setGallery(emptyGallery(query))} />
      <Wall gallery={gallery} onMore={more} empty={strings.bin.empty} tile={(picture) => (
        <DeletedTile key={picture.id} picture={picture} onPurge={() => setDoomed(picture)}
          onRestore={() => void leave(picture, () => api.restore(picture.id), strings.bin.restored)} />
      )} />
      {doomed && <PurgeDialog picture={doomed} onClose={() => setDoomed(null)} onPurge={() => purge(doomed)} />}
    </div>
  );
}

interface TileProps {
  readonly picture: Picture;
  readonly onRestore: () => void;
  readonly onPurge: () => void;
}

function DeletedTile({ picture, onRestore, onPurge }: TileProps) {
  const name = picture.prompt || picture.id;
  return (
    <li>
      <img src={picture.url} alt={name} loading="lazy" width={picture.width} height={picture.height} />
      <div className="tools">
        <button className="plain icon" aria-label={strings.bin.restore(name)} title={strings.bin.restore(name)} onClick={onRestore}><Icon name="back" /></button>
        <button className="plain icon" aria-label={strings.bin.purge(name)} title={strings.bin.purge(name)} onClick={onPurge}><Icon name="bin" /></button>
      </div>
    </li>
  );
}

interface DialogProps {
  readonly picture: Picture;
  readonly onClose: () => void;
  readonly onPurge: () => void;
}

// Nothing brings it back afterwards, so it is asked once more.
const PurgeDialog = ({ picture, onClose, onPurge }: DialogProps) => (
  <Dialog title={strings.bin.sure} onClose={onClose}>
    <p>{picture.prompt || picture.id}</p>
    <div className="row">
      <button onClick={onClose}>{strings.bin.keep}</button>
      <button className="danger" onClick={onPurge}>{strings.bin.purgeIt}</button>
    </div>
  </Dialog>
);
