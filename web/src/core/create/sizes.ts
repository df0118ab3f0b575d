import type { Size } from '../api/dto';

/** The size of about the same area, with sides that the model can draw, that is nearest to a shape (width by height). */
export function sizeOfRatio(native: Size, ratio: number, multiple: number): Size {
  const area = native.width * native.height;
  const side = (pixels: number) => Math.max(multiple, Math.round(pixels / multiple) * multiple);
  return { width: side(Math.sqrt(area * ratio)), height: side(Math.sqrt(area / ratio)) };
}

const shapes: readonly (readonly [number, number])[] = [[3, 2], [2, 3], [4, 3], [3, 4], [16, 9], [9, 16]];

/** Sizes to choose from: the model's own first, then its area in other shapes. */
export const sizesOf = (native: Size, multiple: number): { label: string; size: Size }[] => [
  { label: `${native.width}×${native.height}`, size: { width: native.width, height: native.height } },
  ...shapes.map(([w, h]) => ({ label: `${w}:${h}`, size: sizeOfRatio(native, w / h, multiple) })),
];
