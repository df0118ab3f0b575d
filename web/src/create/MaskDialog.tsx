import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { InitPicture } from '../core/create/form';
import { emptyMask, extended, isBlank, painted, rasterOf, withStroke, type Mask, type Painted } from '../core/create/mask';
import { amend, historyOf, record, redo, undo } from '../core/history';
import { Dialog } from '../parts/Dialog';
import { CheckField, SliderField } from '../parts/fields';
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
    onBegin((old) => withStroke(old, { ...brush, points: [point] }));
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
