import type { Model, Named, Size } from '../core/api/dto';
import type { Form } from '../core/create/form';
import { MOST_SEED, randomSeed } from '../core/create/seed';
import { sizesOf } from '../core/create/sizes';
import { NumberField, SelectField, type Choice } from '../parts/fields';
import { Icon } from '../parts/icons';
import { form as formStore, names } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';

export const change = (part: Partial<Form>): void => formStore.update((form) => ({ ...form, ...part }));

const choices = (named: readonly Named[]): Choice[] => named.map(({ name, label }) => ({ value: name, label: label || name }));
const plain = (names: readonly string[]): Choice[] => names.map((name) => ({ value: name, label: name }));
// Without a choice the model's own style is drawn: only this word means none.
const styles = (model: Model | null): Choice[] => [{ value: 'none', label: strings.create.none }, ...plain(model?.styles ?? [])];
const shown = (value: number | string | null | undefined): string => (value == null ? '' : String(value));

export function SettingsPanel({ model }: { readonly model: Model | null }) {
  const form = useStore(formStore), { models, samplers, schedules } = useStore(names), own = model;
  return (
    <>
      <div className="grid2">
        <SelectField label={strings.create.model} value={form.model} choices={plain(models.map(({ name }) => name))} onChange={(value) => change({ model: value })} />
        <SelectField label={strings.create.style} value={form.style} choices={styles(model)} nothing={strings.create.own(null)} onChange={(style) => change({ style })} />
        <SelectField label={strings.create.sampler} value={form.sampler} choices={choices(samplers)} nothing={strings.create.own(own?.sampler)} onChange={(sampler) => change({ sampler })} />
        <SelectField label={strings.create.schedule} value={form.schedule} choices={choices(schedules)} nothing={strings.create.own(own?.schedule)} onChange={(schedule) => change({ schedule })} />
        <NumberField label={strings.create.steps} value={form.steps} min={1} max={1000} step={1} placeholder={shown(own?.steps)} onChange={(steps) => change({ steps })} />
        <NumberField label={strings.create.guidance} value={form.guidanceScale} min={0} max={100} step={0.5} placeholder={shown(own?.guidanceScale)} onChange={(guidanceScale) => change({ guidanceScale })} />
      </div>
      <SizePanel model={model} form={form} />
      <div className="grid2">
        <SeedField form={form} />
        <NumberField label={strings.create.count} value={form.count} min={1} max={100} step={1} onChange={(count) => change({ count: Math.max(1, count ?? 1) })} />
      </div>
    </>
  );
}

function SizePanel({ model, form }: { readonly model: Model | null; readonly form: Form }) {
  const multiple = model?.factor ?? 8, all = model ? sizesOf(model, multiple) : [];
  const taken = (size: Size) => size.width === (form.width ?? model?.width) && size.height === (form.height ?? model?.height);
  return (
    <fieldset className="stack">
      <legend>{strings.create.size}</legend>
      <div className="sizes">
        {all.map(({ label, size }) => (
          <button key={label} type="button" aria-pressed={taken(size)} title={`${size.width}×${size.height}`} onClick={() => change(size)}>{label}</button>
        ))}
      </div>
      <div className="grid2">
        <NumberField label={strings.create.width} value={form.width} min={multiple} step={multiple} placeholder={shown(model?.width)} onChange={(width) => change({ width })} />
        <NumberField label={strings.create.height} value={form.height} min={multiple} step={multiple} placeholder={shown(model?.height)} onChange={(height) => change({ height })} />
      </div>
    </fieldset>
  );
}

/** A seed of one's own stays; without one each run has another. */
function SeedField({ form }: { readonly form: Form }) {
  const locked = form.seed !== null;
  return (
    <div className="row">
      <div className="grow">
        <NumberField label={strings.create.seed} value={form.seed} min={0} max={MOST_SEED} step={1} placeholder={strings.create.anySeed} onChange={(seed) => change({ seed })} />
      </div>
      <button type="button" className="icon" aria-label={strings.create.dice} title={strings.create.dice} onClick={() => change({ seed: randomSeed() })}><Icon name="dice" /></button>
      <button type="button" className="icon" aria-pressed={locked} aria-label={strings.create.lock} title={strings.create.lock}
        onClick={() => change({ seed: locked ? null : randomSeed() })}><Icon name={locked ? 'locked' : 'open'} /></button>
    </div>
  );
}
