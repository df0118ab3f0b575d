import type { Size } from '../api/dto';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One pull of the brush, in pixels of the picture. */
export interface Stroke {
  readonly erases: boolean;
  readonly radius: number;
  readonly points: readonly Point[];
}

/** A part that is named by its numbers. */
export interface Rectangle extends Point, Size {
  readonly erases: boolean;
}

export type Mark = Stroke | Rectangle;

/** What is drawn anew: strokes and rectangles, in their order; turned around if the rest is meant. */
export interface Mask extends Size {
  readonly marks: readonly Mark[];
  readonly inverted: boolean;
}

/** One value per pixel, 255 where it is masked. */
export type Raster = Uint8ClampedArray;

export const emptyMask = ({ width, height }: Size): Mask => ({ width, height, marks: [], inverted: false });
export const withMark = (mask: Mask, mark: Mark): Mask => ({ ...mask, marks: [...mask.marks, mark] });

/** The last stroke, one point longer. */
export function extended(mask: Mask, point: Point): Mask {
  const last = mask.marks.at(-1);
  return isStroke(last) ? { ...mask, marks: [...mask.marks.slice(0, -1), { ...last, points: [...last.points, point] }] } : mask;
}

const isStroke = (mark: Mark | undefined): mark is Stroke => mark !== undefined && 'points' in mark;

export const isBlank = (mask: Mask): boolean => !mask.inverted && !mask.marks.some((mark) => !mark.erases);

export function rasterOf(mask: Mask): Raster {
  const raster = new Uint8ClampedArray(mask.width * mask.height);
  for (const mark of mask.marks) {
    if (!isStroke(mark)) fill(raster, mask, mark);
    else mark.points.forEach((point, i) => paint(raster, mask, mark, mark.points[Math.max(0, i - 1)] ?? point, point));
  }
  return mask.inverted ? raster.map((value) => 255 - value) : raster;
}

/** A mask and its raster. */
export interface Painted {
  readonly mask: Mask;
  readonly raster: Raster;
}

/** The raster of a mask; where it is an older one whose last stroke went on, only the new part is painted. */
export function painted(mask: Mask, old: Painted | null): Painted {
  const stroke = mask.marks.at(-1), before = old?.mask.marks.at(-1);
  if (!old || !isStroke(stroke) || !isStroke(before) || mask.inverted || old.mask.inverted || !goesOn(mask, old.mask)) return { mask, raster: rasterOf(mask) };
  stroke.points.slice(before.points.length).reduce((from, to) => {
    paint(old.raster, mask, stroke, from, to);
    return to;
  }, before.points.at(-1) ?? { x: 0, y: 0 });
  return { mask, raster: old.raster };
}

function goesOn(mask: Mask, old: Mask): boolean {
  const last = mask.marks.length - 1, now = pointsOf(mask.marks[last]), then = pointsOf(old.marks[last]);
  return old.marks.length === last + 1 && old.width === mask.width && old.height === mask.height
    && mask.marks.every((mark, i) => i === last || mark === old.marks[i])
    && then.length > 0 && now.length >= then.length && now[then.length - 1] === then.at(-1);
}

const pointsOf = (mark: Mark | undefined): readonly Point[] => (isStroke(mark) ? mark.points : []);

function fill(raster: Raster, size: Size, { x, y, width, height, erases }: Rectangle): void {
  const [left, right] = [Math.max(0, Math.round(x)), Math.min(size.width, Math.round(x + width))];
  for (let row = Math.max(0, Math.round(y)); row < Math.min(size.height, Math.round(y + height)); row++)
    if (left < right) raster.fill(erases ? 0 : 255, row * size.width + left, row * size.width + right);
}

/** Paints a round brush from one point to another. */
export function paint(raster: Raster, size: Size, { radius, erases }: Stroke, from: Point, to: Point): void {
  const [left, right] = [Math.min(from.x, to.x) - radius, Math.max(from.x, to.x) + radius];
  const [top, bottom] = [Math.min(from.y, to.y) - radius, Math.max(from.y, to.y) + radius];
  for (let y = Math.max(0, Math.floor(top)); y <= Math.min(size.height - 1, Math.ceil(bottom)); y++)
    for (let x = Math.max(0, Math.floor(left)); x <= Math.min(size.width - 1, Math.ceil(right)); x++)
      if (distance(x + 0.5, y + 0.5, from, to) <= radius) raster[y * size.width + x] = erases ? 0 : 255;
}

// From a point to the line between two others.
function distance(x: number, y: number, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length));
  return Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
}
