import { axisNames, cellsOf, MOST_CELLS, type AxisDraft } from '../core/create/xyz';
import { Field, SelectField } from '../parts/fields';
import { form as formStore, names, type Names } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { change } from './SettingsPanel';

/** A grid of pictures: what changes along each axis. */
export function XyzPanel() {
  const { axes } = useStore(formStore), known = useStore(names), cells = cellsOf(axes);
  const set = (index: number, draft: AxisDraft) => change({ axes: axes.map((old, i) => (i === index ? draft : old)) });
  return (
    <details>
      <summary>{strings.create.grid}</summary>
      <div className="stack">
        <p className="small muted">{strings.create.gridHint}</p>
        {axes.map((draft, i) => <AxisRow key={i} letter={'XYZ'[i] ?? ''} draft={draft} known={known} onChange={(next) => set(i, next)} />)}
        {cells > 1 && <p className={cells > MOST_CELLS ? 'small bad' : 'small muted'}>{strings.create.cells(cells, MOST_CELLS)}</p>}
      </div>
    </details>
  );
}

interface RowProps {
  readonly letter: string;
  readonly draft: AxisDraft;
  readonly known: Names;
  readonly onChange: (draft: AxisDraft) => void;
}

function AxisRow({ letter, draft, known, onChange }: RowProps) {
  const all = valuesOf(draft.axis, known);
  return (
    <div className="grid2">
      <SelectField label={letter} value={draft.axis} nothing={strings.create.none} choices={axisNames.map((name) => ({ value: name, label: strings.create.axes[name] }))}
        onChange={(axis) => onChange({ axis: axis ?? '', text: '' })} />
      <Field label={strings.create.values(letter)}>
        <input value={draft.text} placeholder={strings.create.axisExamples[draft.axis] ?? ''} disabled={draft.axis === ''} onChange={(e) => onChange({ ...draft, text: e.target.value })} />
      </Field>
      {all.length > 0 && <button type="button" onClick={() => onChange({ ...draft, text: all.join(', ') })}>{strings.create.all(all.length)}</button>}
    </div>
  );
}

function valuesOf(axis: string, known: Names): string[] {
  const lists: Record<string, readonly { readonly name: string }[]> = { sampler: known.samplers, schedule: known.schedules, model: known.models };
  return (lists[axis] ?? []).map(({ name }) => name);
}
