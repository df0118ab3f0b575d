import { randomSeed } from '../core/create/seed';
import type { GraphNode } from '../core/graph/graph';
import type { InputKind, Value, Widget } from '../core/graph/nodeKind';
import { controlOf, controls } from '../core/graph/workflow';
import { CheckField, Field, FileField, NumberField, SelectField } from '../parts/fields';
import { Icon } from '../parts/icons';
import { attempt, comfy } from '../parts/studio';
import { strings } from '../strings.en';
import { changeOn, loadKinds } from './state';

interface Props {
  readonly node: GraphNode;
  readonly input: InputKind;
}

/** A value of a node, in the form that its kind asks for. Nothing here moves the canvas. */
export function WidgetField({ node, input }: Props) {
  if (!input.widget) return null;
  const set = (name: string, value: Value) => changeOn(`${node.id} ${name}`, { do: 'set', id: node.id, input: name, value });
  return (
    <div className="nodrag nopan nowheel grow">
      <Entry name={input.name} hint={input.tooltip} widget={input.widget} value={node.values[input.name] ?? input.widget.start} onChange={(value) => set(input.name, value)} />
      {input.widget.isSeed && <SeedTools node={node} name={input.name} set={set} />}
      {input.widget.uploads && <FileField label={strings.graph.upload} accept="image/*" onFile={(file) => void upload(file, (name) => set(input.name, name))} />}
    </div>
  );
}

interface EntryProps {
  readonly name: string;
  readonly hint: string;
  readonly widget: Widget;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

function Entry({ name, hint, widget, value, onChange }: EntryProps) {
  switch (widget.kind) {
    case 'choice':
      return <SelectField label={name} hint={hint} value={String(value)} choices={(widget.choices ?? []).map((choice) => ({ value: choice, label: choice }))} onChange={(next) => onChange(next ?? '')} />;
    case 'toggle':
      return <CheckField label={name} hint={hint} value={value === true} onChange={onChange} />;
    case 'text':
      return <TextEntry name={name} hint={hint} long={widget.multiline === true} value={String(value ?? '')} onChange={onChange} />;
    default:
      return <NumberField label={name} hint={hint} value={Number(value)} {...limits(widget)} onChange={(next) => onChange(next ?? widget.start)} />;
  }
}

function limits({ min, max, step }: Widget): { min?: number; max?: number; step?: number } {
  return Object.fromEntries(Object.entries({ min, max, step }).filter(([, value]) => value !== undefined));
}

interface TextProps {
  readonly name: string;
  readonly hint: string;
  readonly long: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const TextEntry = ({ name, hint, long, value, onChange }: TextProps) => (
  <Field label={name} hint={hint}>
    {long ? <textarea rows={3} value={value} onChange={(e) => onChange(e.target.value)} /> : <input value={value} onChange={(e) => onChange(e.target.value)} />}
  </Field>
);

function SeedTools({ node, name, set }: { readonly node: GraphNode; readonly name: string; readonly set: (name: string, value: Value) => void }) {
  const control = controlOf(name);
  return (
    <div className="row">
      <button className="icon" aria-label={strings.create.dice} onClick={() => set(name, randomSeed())}><Icon name="dice" /></button>
      <select className="grow" aria-label={strings.graph.afterRun} value={String(node.values[control] ?? 'fixed')} onChange={(e) => set(control, e.target.value)}>
        {controls.map((choice) => <option key={choice} value={choice}>{strings.graph.controls[choice]}</option>)}
      </select>
    </div>
  );
}

// The list of pictures has the new one from now on.
async function upload(file: File, then: (name: string) => void): Promise<void> {
  const name = await attempt(() => comfy.upload(file));
  if (name === undefined) return;
  await loadKinds();
  then(name);
}
