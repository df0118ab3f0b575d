import type { Measures } from './api/dto';

export interface Point {
  readonly step: number;
  readonly value: number;
}

export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
}

/** What a training has measured, one curve for each number that its lines have; `loss` first. */
export function curvesOf(lines: readonly Measures[]): Curve[] {
  const curves = new Map<string, Point[]>();
  for (const line of lines) {
    const step = line['step'];
    if (typeof step !== 'number') continue;
    for (const [name, value] of Object.entries(line))
      if (name !== 'step' && typeof value === 'number' && Number.isFinite(value)) curves.set(name, [...(curves.get(name) ?? []), { step, value }]);
  }
  const first = (name: string) => (name === 'loss' ? 0 : name.includes('loss') ? 1 : 2);
  return [...curves].map(([name, points]) => ({ name, points })).sort((a, b) => first(a.name) - first(b.name));
}

/** One more point; a step that is there already, since the run went on from an older checkpoint, is replaced. */
export const withPoint = (points: readonly Point[], point: Point): Point[] => [...points.filter(({ step }) => step < point.step), point];

/** The path of an SVG of the given size: a point for each of its columns at most, each the mean of what falls into it. */
export function pathOf(points: readonly Point[], width: number, height: number): string {
  const means = columnMeans(points, width), values = means.map((mean) => mean.value);
  const [least, most] = [Math.min(...values), Math.max(...values)], range = most - least || 1;
  return means.map(({ x, value }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${(height - ((value - least) / range) * height).toFixed(1)}`).join('');
}

function columnMeans(points: readonly Point[], width: number): { x: number; value: number }[] {
  const first = points[0]?.step ?? 0, span = (points.at(-1)?.step ?? 0) - first || 1, columns = new Map<number, number[]>();
  for (const { step, value } of points) {
    const column = Math.round(((step - first) / span) * width);
    columns.set(column, [...(columns.get(column) ?? []), value]);
  }
  return [...columns].map(([x, values]) => ({ x, value: values.reduce((sum, value) => sum + value, 0) / values.length }));
}
