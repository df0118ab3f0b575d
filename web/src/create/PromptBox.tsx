import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import type { Settings } from '../core/api/dto';
import { parseParameters } from '../core/create/parameters';
import { piecesOf, tokensAskedOf } from '../core/create/tokens';
import { changeWeight, STEP, type Selection } from '../core/create/weights';
import { Field } from '../parts/fields';
import { form as formStore } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { useTokens } from './asking';

interface BoxProps {
  /** What the form asks for. */
  readonly settings: Settings;
  readonly onSubmit: () => void;
}

export function PromptBox({ settings, onSubmit }: BoxProps) {
  const form = useStore(formStore);
  const { problems } = parseParameters(form.prompt);
  return (
    <div className="prompt stack">
      <WeighedText label={strings.create.prompt} value={form.prompt} onSubmit={onSubmit} placeholder={strings.create.promptExample}
        onChange={(prompt) => formStore.update((old) => ({ ...old, prompt }))} />
      {problems.map((problem) => <p key={problem} className="small bad" role="alert">{problem}</p>)}
      <TokenCount settings={settings} />
      <WeighedText label={strings.create.negative} value={form.negativePrompt} onSubmit={onSubmit} rows={2}
        onChange={(negativePrompt) => formStore.update((old) => ({ ...old, negativePrompt }))} />
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly onSubmit: () => void;
  readonly placeholder?: string;
  readonly rows?: number;
}

/** A prompt: ctrl-up and ctrl-down weigh the selected words, ctrl-enter draws. */
function WeighedText({ label, value, onChange, onSubmit, placeholder, rows = 4 }: TextProps) {
  const area = useRef<HTMLTextAreaElement>(null), selection = useRef<Selection | null>(null);
  useLayoutEffect(() => {
    if (selection.current?.text === value) area.current?.setSelectionRange(selection.current.start, selection.current.end);
    selection.current = null;
  }, [value]);
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (!event.ctrlKey && !event.metaKey) return;
    if (event.key === 'Enter') onSubmit();
    const step = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const { selectionStart: start, selectionEnd: end } = event.currentTarget;
    selection.current = changeWeight({ text: value, start, end }, step);
    onChange(selection.current.text);
  };
  return (
    <Field label={label} hint={strings.create.weightHint}>
      <textarea ref={area} value={value} rows={rows} placeholder={placeholder} onChange={(e) => onChange(e.target.value)} onKeyDown={keyDown} />
    </Field>
  );
}

/** How many tokens the prompt has, and what of it the model never sees. */
function TokenCount({ settings }: { readonly settings: Settings }) {
  const words = settings.prompt ?? '', tokens = useTokens(tokensAskedOf(settings));
  if (!tokens) return null;
  return (
    <div className="small" aria-live="polite">
      <span className={tokens.cut.length > 0 ? 'bad' : 'muted'}>{strings.create.tokens(tokens.count, tokens.limit)}</span>
      {tokens.cut.length > 0 && (
        <p className="seen">
          <span className="hidden">{strings.create.cutOff}</span>
          {piecesOf(words, tokens).map((piece, i) => (piece.cut ? <s key={i}>{piece.text}</s> : <span key={i}>{piece.text}</span>))}
        </p>
      )}
    </div>
  );
}
