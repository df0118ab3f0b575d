import type { PictureQuery } from '../api/api';
import type { Page, Picture } from '../api/dto';

export interface GalleryQuery {
  readonly q: string;
  readonly favourite: boolean;
  readonly model: string;
  readonly sampler: string;
  /** Deleted pictures in the place of the others. */
  readonly deleted: boolean;
}

/** The pictures that are loaded so far, newest first. */
export interface Gallery {
  readonly query: GalleryQuery;
  readonly pictures: readonly Picture[];
  readonly cursor: string | null;
  readonly complete: boolean;
  readonly loading: boolean;
}

export const everything: GalleryQuery = { q: '', favourite: false, model: '', sampler: '', deleted: false };
export const bin: GalleryQuery = { ...everything, deleted: true };

export const emptyGallery = (query: GalleryQuery): Gallery =>
  ({ query, pictures: [], cursor: null, complete: false, loading: false });

const PAGE = 60;

/** What the server is asked for next. */
export const nextOf = ({ query, cursor }: Gallery): PictureQuery =>
  ({ ...query, favourite: query.favourite || undefined, deleted: query.deleted || undefined, cursor, limit: PAGE });

/** One more page. A picture that is there already, since newer ones moved the pages, is not repeated. */
export function withPage(gallery: Gallery, page: Page<Picture>): Gallery {
  const known = new Set(gallery.pictures.map((picture) => picture.id));
  return {
    ...gallery,
    pictures: [...gallery.pictures, ...page.items.filter((picture) => !known.has(picture.id))],
    cursor: page.nextCursor,
    complete: !page.nextCursor,
    loading: false,
  };
}

export const without = (gallery: Gallery, id: string): Gallery =>
  ({ ...gallery, pictures: gallery.pictures.filter((picture) => picture.id !== id) });

/** A picture that came back or is new, at its place in time. */
export function withPicture(gallery: Gallery, picture: Picture): Gallery {
  const others = without(gallery, picture.id).pictures;
  const at = others.findIndex((other) => other.createdAt < picture.createdAt);
  const place = at < 0 ? others.length : at;
  return { ...gallery, pictures: [...others.slice(0, place), picture, ...others.slice(place)] };
}

export const changed = (gallery: Gallery, picture: Picture): Gallery =>
  ({ ...gallery, pictures: gallery.pictures.map((old) => (old.id === picture.id ? picture : old)) });

/** The pictures before and after one, for the arrow keys. */
export function neighbours(gallery: Gallery, id: string): { before: Picture | null; after: Picture | null } {
  const at = gallery.pictures.findIndex((picture) => picture.id === id);
  return { before: gallery.pictures[at - 1] ?? null, after: at < 0 ? null : gallery.pictures[at + 1] ?? null };
}

/** Two pictures to compare: choosing a third lets go of the first. */
export const chosen = (pair: readonly Picture[], picture: Picture): readonly Picture[] => {
  const others = pair.filter(({ id }) => id !== picture.id);
  return others.length < pair.length ? others : [...pair, picture].slice(-2);
};
