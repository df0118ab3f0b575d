import type { Control } from '../core/api/dto';
import { fits, urlOf, type Form } from '../core/create/form';
import { FileField, SelectField, SliderField } from '../parts/fields';
import { api, attempt, form as formStore, names } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { change } from './SettingsPanel';

/** Pictures that ControlNets look at: edges, depth, poses. */
export function ControlPanel({ form }: { readonly form: Form }) {
  const { controlNets } = useStore(names), [first] = controlNets;
  if (first === undefined && form.controls.length === 0) return null;
  const add = async (model: string, file: File) => {
    const stored = await attempt(() => api.upload(file));
    if (stored) formStore.update((old) => ({ ...old, controls: [...old.controls, { model, picture: stored.id }] }));
  };
  return (
    <fieldset className="stack">
      <legend>{strings.create.controls}</legend>
      {form.controls.map((control, i) => <OneControl key={`${i} ${control.picture}`} form={form} control={control} index={i} models={controlNets} />)}
      {first !== undefined && <FileField label={strings.create.addControl} accept="image/*" onFile={(file) => void add(first, file)} />}
    </fieldset>
  );
}

interface OneProps {
  readonly form: Form;
  readonly control: Control;
  readonly index: number;
  readonly models: readonly string[];
}

function OneControl({ form, control, index, models }: OneProps) {
  const set = (changed: Partial<Control>) => change({ controls: form.controls.map((other, i) => (i === index ? { ...other, ...changed } : other)) });
  const all = models.includes(control.model) ? models : [control.model, ...models];
  return (
    <div className="stack">
      <div className="start">
        <img src={urlOf(control.picture)} alt={strings.create.controlAlt(index + 1)} />
        <button type="button" aria-label={strings.create.removeControl(index + 1)} onClick={() => change({ controls: form.controls.filter((_, i) => i !== index) })}>{strings.create.dropInit}</button>
      </div>
      <SelectField label={strings.create.controlModel} value={control.model} choices={all.map((name) => ({ value: name, label: name }))} onChange={(model) => set({ model: model ?? control.model })} />
      <SliderField label={strings.create.howStrongly} value={control.strength ?? 1} min={0} max={2} step={0.05} onChange={(strength) => set({ strength })} />
      <SliderField label={strings.create.begins} value={control.start ?? 0} min={0} max={1} step={0.05} onChange={(start) => set({ start })} />
      <SliderField label={strings.create.until} value={control.end ?? 1} min={0} max={1} step={0.05} onChange={(end) => set({ end })} />
      <SelectField label={strings.create.fitted} value={control.resizeMode ?? 'stretch'} choices={fits.map((fit) => ({ value: fit, label: strings.create.fits[fit] }))}
        onChange={(resizeMode) => set({ resizeMode })} />
    </div>
  );
}
