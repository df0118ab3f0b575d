import type { Axis } from '../api/dto';

/** An axis as it is being typed. */
export interface AxisDraft {
  readonly axis: string;
  readonly text: string;
}

export const axisNames = [
  'steps', 'guidanceScale', 'seed', 'sampler', 'schedule', 'model', 'style', 'promptSr', 'clipSkip', 'denoise', 'width', 'height',
] as const;

/** Axes whose values are numbers, and may be ranges. */
const wholes: readonly string[] = ['steps', 'seed', 'clipSkip', 'width', 'height'];
const numbers: readonly string[] = ['guidanceScale', 'denoise'];

/** Most cells that the page offers to make. */
export const MOST_CELLS = 100;

/**
 * The values of an axis: `4, 8, 12`, `1-10`, `1-10 (+3)`, `1-10 [5]`; words with commas stand in quotes. The server reads them itself; the page
 * only says beforehand how many pictures they make.
 */
export function axisValues({ axis, text }: AxisDraft): string[] {
  const cells = [...text.matchAll(/\s*("(?:[^"]|"")*"|[^,]*)\s*(?:,|$)/g)].map(([, cell = '']) => unquoted(cell.trim()));
  const values = cells.filter((cell) => cell !== '');
  if (wholes.includes(axis)) return values.flatMap((value) => expanded(value, true));
  return numbers.includes(axis) ? values.flatMap((value) => expanded(value, false)) : values;
}

const unquoted = (cell: string): string => (/^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell);

const range = /^([+-]?\d+(?:\.\d+)?)\s*-\s*([+-]?\d+(?:\.\d+)?)\s*(?:\(\s*([+-]\d+(?:\.\d+)?)\s*\)|\[\s*(\d+)\s*\])?$/;

function expanded(value: string, whole: boolean): string[] {
  const [, from, to, step, count] = range.exec(value) ?? [];
  if (from === undefined || to === undefined) return [value];
  const values = count ? spread(+from, +to, +count) : stepped(+from, +to, step ? +step : 1);
  return values.slice(0, MOST_CELLS + 1).map((number) => String(whole ? Math.trunc(number) : +number.toFixed(8)));
}

function stepped(from: number, to: number, step: number): number[] {
  const count = step === 0 ? 0 : Math.floor((to - from) / step + 1e-9) + 1;
  return Array.from({ length: Math.min(Math.max(count, 0), MOST_CELLS + 1) }, (_, i) => from + i * step);
}

const spread = (from: number, to: number, count: number): number[] =>
  Array.from({ length: Math.min(count, MOST_CELLS + 1) }, (_, i) => (count === 1 ? from : from + (i * (to - from)) / (count - 1)));

/** The axes that have values, as the server wants them; null where there are none. */
export function axesOf(drafts: readonly AxisDraft[]): { x?: Axis; y?: Axis; z?: Axis } | null {
  const [x, y, z] = used(drafts).map(({ axis, text }) => ({ axis, values: text.trim() }));
  return x ? { x, ...(y ? { y } : {}), ...(z ? { z } : {}) } : null;
}

/** How many pictures the axes make. */
export const cellsOf = (drafts: readonly AxisDraft[]): number =>
  used(drafts).reduce((product, draft) => product * axisValues(draft).length, 1);

const used = (drafts: readonly AxisDraft[]): AxisDraft[] =>
  drafts.filter((draft) => draft.axis !== '' && axisValues(draft).length > 0);
