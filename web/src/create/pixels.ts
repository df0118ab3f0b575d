import type { Size } from '../core/api/dto';
import type { Point, Raster } from '../core/create/mask';
import { strings } from '../strings.en';

// Blue, green and red from the top, below opacity: as the processors of all browsers keep a pixel.
const VIOLET = 0xffff5c7a;

/** Pictures in the browser's canvas. */
function canvasOf({ width, height }: Size): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  if (!context) throw new Error(strings.problems.canvas);
  return [canvas, context];
}

/** A gray picture of one value per pixel. */
export function grayPicture(raster: Raster, size: Size): HTMLCanvasElement {
  const [canvas, context] = canvasOf(size), image = context.createImageData(size.width, size.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < raster.length; i++) pixels[i] = 0xff000000 | ((raster[i] ?? 0) * 0x010101);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Shows a mask in the accent's violet over whatever lies below. */
export function overlay(canvas: HTMLCanvasElement | null, raster: Raster, size: Size): void {
  const context = canvas?.getContext('2d');
  if (!context) return;
  const image = context.createImageData(size.width, size.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < raster.length; i++) if (raster[i]) pixels[i] = VIOLET;
  context.putImageData(image, 0, 0);
}

export const blobOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(strings.problems.file))), 'image/png'));

/** Where the pointer is, in the picture's pixels. */
export function pointIn(event: { clientX: number; clientY: number; currentTarget: Element }, size: Size): Point {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: ((event.clientX - box.left) / box.width) * size.width, y: ((event.clientY - box.top) / box.height) * size.height };
}
