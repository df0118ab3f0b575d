import { useCallback, useRef } from 'react';
import { nextOf, withPage, type Gallery, type GalleryQuery } from '../core/gallery/gallery';
import { api, attempt } from '../parts/studio';

export type SetGallery = (change: (gallery: Gallery) => Gallery) => void;

/** Asks for the next page, one at a time; an answer to an older search is dropped, and what has failed may be asked for again. */
export function useMore(gallery: Gallery, setGallery: SetGallery): () => void {
  const asked = useRef<{ query: GalleryQuery; cursor: string | null } | null>(null);
  return useCallback(() => {
    const { query, cursor, complete } = gallery;
    if (complete || (asked.current?.query === query && asked.current.cursor === cursor)) return;
    const asking = { query, cursor };
    asked.current = asking;
    void attempt(() => api.pictures(nextOf(gallery))).then((page) => {
      if (page) setGallery((old) => (old.query === query ? withPage(old, page) : old));
      else if (asked.current === asking) asked.current = null;
    });
  }, [gallery, setGallery]);
}
