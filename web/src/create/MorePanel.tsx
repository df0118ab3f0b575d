import type { Form } from '../core/create/form';
import { CheckField, NumberField, SelectField, SliderField } from '../parts/fields';
import { form as formStore, names } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { ControlPanel } from './ControlPanel';
import { change } from './SettingsPanel';

const tilings = ['both', 'x', 'y'] as const;

/** What is needed less often. */
export function MorePanel() {
  const form = useStore(formStore);
  return (
    <details>
      <summary>{strings.create.more}</summary>
      <div className="stack">
        <LoraPicker form={form} />
        <ControlPanel form={form} />
        <HiresPanel form={form} />
        <RefinerPanel form={form} />
        <ExtraPanel form={form} />
        <div className="grid2">
          <SelectField label={strings.create.tiling} value={form.tiling} nothing={strings.create.none} onChange={(tiling) => change({ tiling })}
            choices={tilings.map((value) => ({ value, label: strings.create.tilings[value] }))} />
          <NumberField label={strings.create.clipSkip} value={form.clipSkip} min={1} max={12} step={1} placeholder="1" onChange={(clipSkip) => change({ clipSkip })} />
        </div>
      </div>
    </details>
  );
}

function LoraPicker({ form }: { readonly form: Form }) {
  const { loras } = useStore(names);
  const set = (index: number, weight: number) => change({ loras: form.loras.map((lora, i) => (i === index ? { ...lora, weight } : lora)) });
  const free = loras.filter((name) => !form.loras.some((lora) => lora.name === name));
  return (
    <fieldset className="stack">
      <legend>{strings.create.loras}</legend>
      {loras.length === 0 && <p className="small muted">{strings.create.noLoras}</p>}
      {form.loras.map((lora, i) => (
        <div className="lora" key={lora.name}>
          <span>{lora.name}</span>
          <NumberField label={strings.create.weight} value={lora.weight} min={-4} max={4} step={0.05} onChange={(weight) => set(i, weight ?? 0)} />
          <button type="button" className="plain icon" aria-label={strings.create.removeLora(lora.name)} onClick={() => change({ loras: form.loras.filter((_, j) => j !== i) })}>×</button>
        </div>
      ))}
      {free.length > 0 && (
        <SelectField label={strings.create.addLora} value={null} nothing={strings.create.none} choices={free.map((name) => ({ value: name, label: name }))}
          onChange={(name) => { if (name) change({ loras: [...form.loras, { name, weight: 1 }] }); }} />
      )}
    </fieldset>
  );
}

function HiresPanel({ form }: { readonly form: Form }) {
  const { upscalers } = useStore(names), hires = form.hires;
  return (
    <fieldset className="stack">
      <legend>{strings.create.hires}</legend>
      <CheckField label={strings.create.hiresOn} value={hires !== null} onChange={(on) => change({ hires: on ? { scale: 2, denoise: 0.5 } : null })} />
      {hires && (
        <>
          <SelectField label={strings.create.upscaler} value={hires.upscaler ?? null} nothing={strings.create.latent} choices={upscalers.hires.map((name) => ({ value: name, label: name }))}
            onChange={(upscaler) => change({ hires: { ...hires, upscaler } })} />
          <SliderField label={strings.create.scale} value={hires.scale ?? 2} min={1.25} max={4} step={0.25} onChange={(scale) => change({ hires: { ...hires, scale } })} />
          <SliderField label={strings.create.denoise} value={hires.denoise ?? 0.5} min={0.01} max={1} step={0.01} onChange={(denoise) => change({ hires: { ...hires, denoise } })} />
        </>
      )}
    </fieldset>
  );
}

function RefinerPanel({ form }: { readonly form: Form }) {
  const { models } = useStore(names), { refiner } = form;
  const others = models.filter(({ name }) => name !== form.model || name === refiner?.model);
  if (others.length === 0) return null;
  return (
    <fieldset className="stack">
      <legend>{strings.create.refiner}</legend>
      <SelectField label={strings.create.refinerModel} value={refiner?.model ?? null} nothing={strings.create.none} choices={others.map(({ name }) => ({ value: name, label: name }))}
        onChange={(name) => change({ refiner: name ? { switchAt: 0.8, ...refiner, model: name } : null })} />
      {refiner && (
        <SliderField label={strings.create.switchAt} value={refiner.switchAt ?? 0.8} min={0} max={1} step={0.05} onChange={(switchAt) => change({ refiner: { ...refiner, switchAt } })} />
      )}
    </fieldset>
  );
}

/** Settings that a picture brought along and that have no field here. */
function ExtraPanel({ form }: { readonly form: Form }) {
  const extra = Object.entries(form.extra);
  if (extra.length === 0) return null;
  const drop = (name: string) => change({ extra: Object.fromEntries(extra.filter(([other]) => other !== name)) });
  return (
    <fieldset className="row">
      <legend>{strings.create.extra}</legend>
      {extra.map(([name, value]) => <button key={name} type="button" aria-label={strings.create.dropExtra(name)} onClick={() => drop(name)}>{name}: {typeof value === 'object' ? JSON.stringify(value) : String(value)} ×</button>)}
    </fieldset>
  );
}
