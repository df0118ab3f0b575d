import { useState } from 'react';
import type { InitPicture } from '../core/create/form';
import { addsRoom, edges, noMargins, outpainting, type Margins } from '../core/create/outpaint';
import { Dialog } from '../parts/Dialog';
import { SliderField } from '../parts/fields';
import { strings } from '../strings.en';
import { change } from './SettingsPanel';

interface Props {
  readonly picture: InitPicture;
  readonly margins: Margins | null;
  readonly multiple: number;
  readonly onClose: () => void;
}

/** Makes room around a picture, to be drawn. */
export function OutpaintDialog({ picture, margins: before, multiple, onClose }: Props) {
  const [margins, setMargins] = useState(before ?? noMargins);
  const plan = outpainting(picture, margins);
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
  return (
    <Dialog title={strings.outpaint.title} onClose={onClose}>
      <div className="canvas checker" style={{ aspectRatio: `${plan.width} / ${plan.height}`, width: `min(100%, ${(46 * plan.width) / plan.height}vh)` }}>
        <img src={picture.url} alt={strings.create.initAlt} style={{
          left: percent(plan.x, plan.width), top: percent(plan.y, plan.height),
          width: percent(picture.width, plan.width), height: percent(picture.height, plan.height),
        }} />
      </div>
      <div className="grid2">
        {edges.map((edge) => (
          <SliderField key={edge} label={strings.outpaint[edge]} value={margins[edge]} min={0} max={Math.max(picture.width, picture.height)} step={multiple}
            shown={`${margins[edge]} px`} onChange={(value) => setMargins({ ...margins, [edge]: value })} />
        ))}
      </div>
      <div className="row spread">
        <span className="muted">{strings.outpaint.becomes(plan.width, plan.height)}</span>
        <button className="primary" disabled={!addsRoom(margins)} onClick={() => { change({ outpaint: margins, mask: null }); onClose(); }}>{strings.outpaint.use}</button>
      </div>
    </Dialog>
  );
}
