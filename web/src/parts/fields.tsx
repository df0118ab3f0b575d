import { cloneElement, useEffect, useId, useRef, useState, type ReactElement } from 'react';

interface Labelled {
  readonly label: string;
  readonly hint?: string;
}

/** A control with its label beside it, not around it: what is typed is no part of a name. */
export function Field({ label, hint, children }: Labelled & { readonly children: ReactElement<{ id?: string }> }) {
  const id = useId();
  return (
    <div className="field" title={hint}>
      <label htmlFor={id} className="label">{label}</label>
      {cloneElement(children, { id })}
    </div>
  );
}

interface NumberProps extends Labelled {
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly placeholder?: string;
}

/** A number, or nothing: then the model's own counts, which the placeholder shows. What is no number is not taken. */
export function NumberField({ label, hint, value, onChange, placeholder, ...range }: NumberProps) {
  const [text, setText] = useState(value === null ? '' : String(value));
  useEffect(() => setText((old) => (Number(old) === value && old !== '' ? old : value === null ? '' : String(value))), [value]);
  const take = (typed: string) => {
    setText(typed);
    const number = Number(typed);
    if (typed.trim() === '') onChange(null);
    else if (Number.isFinite(number)) onChange(number);
  };
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      <input type="number" inputMode="decimal" value={text} placeholder={placeholder} {...range} onChange={(e) => take(e.target.value)} />
    </Field>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

interface SelectProps extends Labelled {
  readonly value: string | null;
  readonly choices: readonly Choice[];
  readonly onChange: (value: string | null) => void;
  /** What nothing is called; without it something is always chosen. */
  readonly nothing?: string;
}

export function SelectField({ label, hint, value, choices, onChange, nothing }: SelectProps) {
  const strange = value !== null && value !== '' && !choices.some((choice) => choice.value === value);
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      <select value={value ?? ''} onChange={(e) => onChange(e.target.value || null)}>
        {nothing !== undefined && <option value="">{nothing}</option>}
        {strange && <option value={value}>{value}</option>}
        {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.label}</option>)}
      </select>
    </Field>
  );
}

interface SliderProps extends Labelled {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  /** The slider is let go of, at this value. */
  readonly onSettled?: (value: number) => void;
  readonly shown?: string;
}

export function SliderField({ label, hint, value, onChange, onSettled, shown, ...range }: SliderProps) {
  const input = useRef<HTMLInputElement>(null);
  // React's `onChange` is the browser's `input`: it comes with each movement.
  useEffect(() => {
    const slider = input.current, settled = () => onSettled?.(Number(slider?.value));
    slider?.addEventListener('change', settled);
    return () => slider?.removeEventListener('change', settled);
  }, [onSettled]);
  return (
    <Field label={`${label}: ${shown ?? value}`} {...(hint ? { hint } : {})}>
      <input ref={input} type="range" value={value} {...range} aria-label={label} aria-valuetext={shown ?? String(value)} onChange={(e) => onChange(Number(e.target.value))} />
    </Field>
  );
}

interface CheckProps extends Labelled {
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

export function CheckField({ label, hint, value, onChange }: CheckProps) {
  return (
    <label className="check" title={hint}>
      <input type="checkbox" checked={value} onChange={(e) => onChange(e.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface FileProps extends Labelled {
  readonly accept: string;
  readonly onFile: (file: File) => void;
}

/** A file to choose; the same one may be chosen again. */
export function FileField({ label, accept, onFile }: FileProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="button">{label}</label>
      <input id={id} className="hidden" type="file" accept={accept} onChange={(e) => {
        const file = e.target.files?.[0];
        e.target.value = '';
        if (file) onFile(file);
      }} />
    </>
  );
}
