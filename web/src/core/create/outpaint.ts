import type { Size } from '../api/dto';

/** Pixels to add at each edge. */
export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** How far the old picture's edges fade into the new part; without it the server's own counts. */
  readonly feather?: number;
}

/** Where the old picture lies in the new one. */
export interface Outpainting extends Size {
  readonly x: number;
  readonly y: number;
}

export const edges = ['left', 'top', 'right', 'bottom'] as const;
export const noMargins: Margins = { left: 0, top: 0, right: 0, bottom: 0 };

/** Whether there is anything to draw around the picture. */
export const addsRoom = (margins: Margins): boolean => edges.some((edge) => margins[edge] > 0);

/** The larger picture. */
export const outpainting = (picture: Size, margins: Margins): Outpainting => ({
  width: margins.left + picture.width + margins.right,
  height: margins.top + picture.height + margins.bottom,
  x: margins.left,
  y: margins.top,
});
