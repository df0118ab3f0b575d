/** The address within the page: `#/gallery/<picture>`. Kept after the hash, so that the server has one page to serve. */
export interface Route {
  readonly view: View;
  readonly id: string | null;
}

export const views = ['create', 'gallery', 'queue', 'graph', 'train', 'learn'] as const;
export type View = (typeof views)[number];

/** In the place of a picture of the gallery: those that are deleted. */
export const BIN = 'bin';

export function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#?\/?/, '').split('/');
  const known = views.find((name) => name === view);
  return { view: known ?? 'create', id: known && id ? decodeURIComponent(id) : null };
}

export const hashOf = (view: View, id?: string | null): string =>
  id ? `#/${view}/${encodeURIComponent(id)}` : `#/${view}`;
