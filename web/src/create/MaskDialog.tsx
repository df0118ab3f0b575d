import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { InitPicture } from '../core/create/form';
import { emptyMask, extended, isBlank, painted, rasterOf, withMark, type Mask, type Painted, type Rectangle } from '../core/create/mask';
import { amend, historyOf, record, redo, undo } from '../core/history';
import { Dialog } from '../parts/Dialog';
import { CheckField, NumberField, SliderField } from '../parts/fields';
import { api, attempt } from '../parts/studio';
import { strings } from '../strings.en';
import { blobOf, grayPicture, overlay, pointIn } from './pixels';
import { change } from './SettingsPanel';

interface Props {
  readonly picture: InitPicture;
  readonly onClose: () => void;
}

/** Paints what is to be drawn anew. */
export function MaskDialog({ picture, onClose }: Props) {
  const [history, setHistory] = useState(() => historyOf(emptyMask(picture)));
  const [radius, setRadius] = useState(Math.max(4, Math.round(Math.min(picture.width, picture.height) / 16)));
  const [erases, setErases] = useState(false);
  const mask = history.present;
  const save = async () => {
    const blob = await blobOf(grayPicture(rasterOf(mask), picture));
    const stored = await attempt(() => api.upload(blob));
    if (!stored) return;
    change({ mask: stored.id, outpaint: null });
    onClose();
  };
  const keyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
    event.preventDefault();
    setHistory(event.shiftKey ? redo : undo);
  };
  return (
    <Dialog title={strings.mask.title} onClose={onClose}>
      <div className="stack" onKeyDown={keyDown}>
        <Painting picture={picture} mask={mask} brush={{ radius, erases }}
          onBegin={(next) => setHistory((old) => record(old, next(old.present)))} onGoOn={(next) => setHistory((old) => amend(old, next(old.present)))} />
        <div className="grid2">
          <SliderField label={strings.mask.brush} value={radius} min={1} max={Math.ceil(Math.max(picture.width, picture.height) / 3)} step={1} onChange={setRadius} />
          <CheckField label={strings.mask.eraser} value={erases} onChange={setErases} />
        </div>
        <RectangleFields picture={picture} onMark={(part) => setHistory((old) => record(old, withMark(old.present, { ...part, erases })))} />
        <div className="row">
          <button disabled={history.past.length === 0} onClick={() => setHistory(undo)}>{strings.undo}</button>
          <button disabled={history.future.length === 0} onClick={() => setHistory(redo)}>{strings.redo}</button>
          <button aria-pressed={mask.inverted} onClick={() => setHistory((old) => record(old, { ...mask, inverted: !mask.inverted }))}>{strings.mask.invert}</button>
          <button onClick={() => setHistory((old) => record(old, emptyMask(picture)))}>{strings.mask.clear}</button>
          <span className="grow" />
          <button className="primary" disabled={isBlank(mask)} onClick={() => void save()}>{strings.mask.use}</button>
        </div>
      </div>
    </Dialog>
  );
}

interface RectangleProps {
  readonly picture: InitPicture;
  readonly onMark: (part: Omit<Rectangle, 'erases'>) => void;
}

/** For those who have no pointer: a part of the picture in numbers, its middle at first. */
function RectangleFields({ picture: { width, height }, onMark }: RectangleProps) {
  const [part, setPart] = useState(() => ({ x: Math.round(width / 4), y: Math.round(height / 4), width: Math.round(width / 2), height: Math.round(height / 2) }));
  const field = (name: keyof typeof part, most: number) =>
    <NumberField label={strings.mask.part[name]} value={part[name]} min={0} max={most} step={1} onChange={(value) => setPart({ ...part, [name]: value ?? 0 })} />;
  return (
    <details>
      <summary>{strings.mask.rectangle}</summary>
      <div className="grid2">
        {field('x', width)}
        {field('y', height)}
        {field('width', width)}
        {field('height', height)}
      </div>
      <button disabled={part.width <= 0 || part.height <= 0} onClick={() => onMark(part)}>{strings.mask.take}</button>
    </details>
  );
}

interface PaintingProps {
  readonly picture: InitPicture;
  readonly mask: Mask;
  readonly brush: { readonly radius: number; readonly erases: boolean };
  readonly onBegin: (next: (mask: Mask) => Mask) => void;
  readonly onGoOn: (next: (mask: Mask) => Mask) => void;
}

function Painting({ picture, mask, brush, onBegin, onGoOn }: PaintingProps) {
  const canvas = useRef<HTMLCanvasElement>(null), painting = useRef(false), shown = useRef<Painted | null>(null);
  useEffect(() => {
    shown.current = painted(mask, shown.current);
    overlay(canvas.current, shown.current.raster, picture);
  }, [mask, picture]);
  const down = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    painting.current = true;
    const point = pointIn(event, picture);
    onBegin((old) => withMark(old, { ...brush, points: [point] }));
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!painting.current) return;
    const point = pointIn(event, picture);
    onGoOn((old) => extended(old, point));
  };
  return (
    <div className="mask checker" style={{ aspectRatio: `${picture.width} / ${picture.height}`, width: `min(100%, ${(62 * picture.width) / picture.height}vh)` }}>
      <img src={picture.url} alt={strings.create.initAlt} />
      <canvas ref={canvas} width={picture.width} height={picture.height} aria-label={strings.mask.canvas} role="img"
        onPointerDown={down} onPointerMove={move} onPointerUp={() => { painting.current = false; }} />
    </div>
  );
}
