/** What a node can be, as `/object_info` tells it. The editor knows no node by itself. */
export interface NodeKind {
  readonly name: string;
  readonly title: string;
  readonly category: string;
  readonly description: string;
  readonly isOutput: boolean;
  readonly inputs: readonly InputKind[];
  readonly outputs: readonly OutputKind[];
}

export interface InputKind {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly tooltip: string;
  /** Null where only another node can give the value. */
  readonly widget: Widget | null;
}

export interface OutputKind {
  readonly name: string;
  readonly type: string;
}

export type Value = string | number | boolean | null | readonly unknown[] | object;

export interface Widget {
  readonly kind: 'whole' | 'number' | 'text' | 'toggle' | 'choice';
  readonly start: Value;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly multiline?: boolean;
  readonly choices?: readonly string[];
  /** A picture may be uploaded for it. */
  readonly uploads: boolean;
  /** Saved workflows have one more value behind it: what happens to the seed after a run. */
  readonly isSeed: boolean;
}

export type NodeKinds = ReadonlyMap<string, NodeKind>;

type Options = Record<string, unknown>;
type Raw = Record<string, unknown>;

export const kindsOf = (objectInfo: Record<string, unknown>): NodeKinds =>
  new Map(Object.entries(objectInfo).map(([name, raw]) => [name, kindOf(name, raw as Raw)]));

function kindOf(name: string, raw: Raw): NodeKind {
  const sections = (raw['input'] ?? {}) as Record<string, Record<string, unknown>>;
  const order = (raw['input_order'] ?? {}) as Record<string, string[]>;
  const inputs = ['required', 'optional'].flatMap((section) =>
    namesIn(sections[section], order[section]).map((input) => inputOf(input, sections[section]?.[input], section === 'required')));
  return {
    name, inputs,
    title: String(raw['display_name'] || name),
    category: String(raw['category'] ?? ''),
    description: String(raw['description'] ?? ''),
    isOutput: raw['output_node'] === true,
    outputs: outputsOf(raw),
  };
}

function namesIn(section: object | undefined, order: string[] | undefined): string[] {
  const names = Object.keys(section ?? {});
  return order ? [...order.filter((name) => names.includes(name)), ...names.filter((name) => !order.includes(name))] : names;
}

function outputsOf(raw: Raw): OutputKind[] {
  const types = (raw['output'] ?? []) as unknown[], names = (raw['output_name'] ?? []) as string[];
  return types.map((type, i) => ({ type: typeName(type), name: names[i] ?? typeName(type) }));
}

const typeName = (type: unknown): string => (Array.isArray(type) ? 'COMBO' : String(type));

function inputOf(name: string, raw: unknown, required: boolean): InputKind {
  const [type, given] = (Array.isArray(raw) ? raw : [raw]) as [unknown, Options | undefined];
  const options = given ?? {};
  const widget = options['forceInput'] === true ? null : widgetOf(name, type, options);
  return { name, required, widget, type: typeName(type), tooltip: String(options['tooltip'] ?? '') };
}

function widgetOf(name: string, type: unknown, options: Options): Widget | null {
  const choices = Array.isArray(type) ? type : type === 'COMBO' ? ((options['options'] ?? []) as unknown[]) : null;
  const same = { uploads: options['image_upload'] === true, isSeed: false };
  if (choices) {
    const texts = choices.map(String);
    return { ...same, kind: 'choice', choices: texts, start: (options['default'] as Value | undefined) ?? texts[0] ?? '' };
  }
  switch (type) {
    case 'INT':
      return { ...same, kind: 'whole', ...bounds(options), start: numberOr(options['default'], 0), isSeed: isSeed(name, options) };
    case 'FLOAT':
      return { ...same, kind: 'number', ...bounds(options), start: numberOr(options['default'], 0) };
    case 'BOOLEAN':
      return { ...same, kind: 'toggle', start: options['default'] === true };
    case 'STRING':
      return { ...same, kind: 'text', start: String(options['default'] ?? ''), multiline: options['multiline'] === true };
    default:
      return null;
  }
}

const isSeed = (name: string, options: Options): boolean =>
  (options['control_after_generate'] ?? (name === 'seed' || name === 'noise_seed')) !== false;

function bounds(options: Options): { min?: number; max?: number; step?: number } {
  const named = ['min', 'max', 'step'].filter((name) => typeof options[name] === 'number');
  return Object.fromEntries(named.map((name) => [name, options[name]]));
}

const numberOr = (value: unknown, other: number): number => (typeof value === 'number' ? value : other);

/** Whether an output may feed an input; `*` takes and gives anything, and a type may list several. */
export function fits(output: string, input: string): boolean {
  if (output === '*' || input === '*') return true;
  const inputs = input.split(',');
  return output.split(',').some((type) => inputs.includes(type));
}
