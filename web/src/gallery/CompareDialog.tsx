import { useState } from 'react';
import type { Picture } from '../core/api/dto';
import { Dialog } from '../parts/Dialog';
import { strings } from '../strings.en';

interface Props {
  readonly left: Picture;
  readonly right: Picture;
  readonly onClose: () => void;
}

/** Two pictures on top of each other, and a slider that uncovers one. */
export function CompareDialog({ left, right, onClose }: Props) {
  const [share, setShare] = useState(50);
  return (
    <Dialog title={strings.gallery.compareTitle} onClose={onClose}>
      <div className="compare" style={{ aspectRatio: `${left.width} / ${left.height}`, width: `min(80vw, ${(60 * left.width) / left.height}vh)` }}>
        <img src={right.url} alt={strings.gallery.right(right.prompt)} />
        <img src={left.url} alt={strings.gallery.left(left.prompt)} style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }} />
        <div className="edge" style={{ left: `${share}%` }} />
      </div>
      <input type="range" min={0} max={100} value={share} aria-label={strings.gallery.compareSlider} onChange={(e) => setShare(Number(e.target.value))} />
      <Differences left={left} right={right} />
    </Dialog>
  );
}

function Differences({ left, right }: { readonly left: Picture; readonly right: Picture }) {
  const [a, b] = [{ seed: left.seed, ...left.settings }, { seed: right.seed, ...right.settings }] as Record<string, unknown>[];
  const fields = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].filter((name) => JSON.stringify(a?.[name]) !== JSON.stringify(b?.[name]));
  if (fields.length === 0) return <p className="muted">{strings.gallery.same}</p>;
  return (
    <table>
      <caption className="hidden">{strings.gallery.differences}</caption>
      <thead><tr><th scope="col">{strings.gallery.setting}</th><th scope="col">{strings.gallery.leftName}</th><th scope="col">{strings.gallery.rightName}</th></tr></thead>
      <tbody>
        {fields.map((name) => <tr key={name}><th scope="row">{name}</th><td>{shown(a?.[name])}</td><td>{shown(b?.[name])}</td></tr>)}
      </tbody>
    </table>
  );
}

export const shown = (value: unknown): string => (value == null ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value));
