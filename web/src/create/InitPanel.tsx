import { useState } from 'react';
import type { Model } from '../core/api/dto';
import { fills, fits, type Form } from '../core/create/form';
import { CheckField, FileField, NumberField, SelectField, SliderField } from '../parts/fields';
import { api, attempt, form as formStore, startFrom } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { MaskDialog } from './MaskDialog';
import { OutpaintDialog } from './OutpaintDialog';
import { change } from './SettingsPanel';

/** A picture to start from: all of it anew, a part of it, or more around it. */
export function InitPanel({ model }: { readonly model: Model | null }) {
  const form = useStore(formStore);
  const [tool, setTool] = useState<'mask' | 'outpaint' | null>(null);
  const upload = async (file: File) => {
    const stored = await attempt(() => api.upload(file));
    if (stored) startFrom(stored);
  };
  return (
    <fieldset className="stack">
      <legend>{strings.create.init}</legend>
      {form.init
        ? <StartPicture form={form} onTool={setTool} />
        : <FileField label={strings.create.chooseInit} accept="image/*" onFile={(file) => void upload(file)} />}
      {tool === 'mask' && form.init && <MaskDialog picture={form.init} onClose={() => setTool(null)} />}
      {tool === 'outpaint' && form.init && <OutpaintDialog picture={form.init} margins={form.outpaint} multiple={model?.factor ?? 8} onClose={() => setTool(null)} />}
    </fieldset>
  );
}

function StartPicture({ form, onTool }: { readonly form: Form; readonly onTool: (tool: 'mask' | 'outpaint') => void }) {
  return (
    <>
      <div className="start">
        <img src={form.init?.url} alt={strings.create.initAlt} />
        <div className="row">
          <button type="button" aria-pressed={form.mask !== null} onClick={() => onTool('mask')}>{strings.create.inpaint}</button>
          <button type="button" aria-pressed={form.outpaint !== null} onClick={() => onTool('outpaint')}>{strings.create.outpaint}</button>
          {(form.mask ?? form.outpaint) && <button type="button" onClick={() => change({ mask: null, outpaint: null })}>{strings.create.dropMask}</button>}
          <button type="button" onClick={() => change({ init: null, mask: null, outpaint: null })}>{strings.create.dropInit}</button>
        </div>
      </div>
      {form.outpaint === null && <SliderField label={strings.create.denoise} hint={strings.create.denoiseHint} value={form.denoise} min={0.01} max={1} step={0.01} onChange={(denoise) => change({ denoise })} />}
      {form.outpaint === null && <SelectField label={strings.create.fitted} value={form.resizeMode} choices={fits.map((fit) => ({ value: fit, label: strings.create.fits[fit] }))}
        onChange={(fit) => change({ resizeMode: fit ?? 'stretch' })} />}
      {form.mask && (
        <div className="grid2">
          <NumberField label={strings.create.maskBlur} value={form.maskBlur} min={0} max={64} step={1} onChange={(blur) => change({ maskBlur: blur ?? 0 })} />
          <SelectField label={strings.create.fill} value={form.inpaintFill} choices={fills.map((fill) => ({ value: fill, label: strings.create.fills[fill] }))}
            onChange={(fill) => change({ inpaintFill: fill ?? 'original' })} />
          <CheckField label={strings.create.onlyMasked} hint={strings.create.onlyMaskedHint} value={form.onlyMasked} onChange={(onlyMasked) => change({ onlyMasked })} />
        </div>
      )}
    </>
  );
}
