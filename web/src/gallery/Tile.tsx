import type { Picture } from '../core/api/dto';
import { hashOf } from '../core/route';
import { Icon } from '../parts/icons';
import { strings } from '../strings.en';
import type { PictureTools } from './GalleryView';

/** A picture on the wall, with what can be done to it. */
export function Tile({ picture, tools }: { readonly picture: Picture; readonly tools: PictureTools }) {
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
