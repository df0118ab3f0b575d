import { useEffect, useState } from 'react';
import type { Picture } from '../core/api/dto';
import { api } from '../parts/studio';
import { strings } from '../strings.en';

const FEW = 12;

interface Props {
  readonly chosen: Picture | null;
  readonly onChoose: (picture: Picture) => void;
}

/** The newest pictures of the gallery, one of them chosen. */
export function PicturePicker({ chosen, onChoose }: Props) {
  const [pictures, setPictures] = useState<readonly Picture[]>([]);
  useEffect(() => { api.pictures({ limit: FEW }).then((page) => setPictures(page.items), () => setPictures([])); }, []);
  if (pictures.length === 0) return <p className="muted">{strings.learn.noPictures}</p>;
  return (
    <div className="maps" role="group" aria-label={strings.learn.pick}>
      {pictures.map((picture) => (
        <button key={picture.id} aria-pressed={picture.id === chosen?.id} aria-label={picture.prompt} onClick={() => onChoose(picture)}>
          <img src={picture.url} alt="" loading="lazy" />
        </button>
      ))}
    </div>
  );
}
