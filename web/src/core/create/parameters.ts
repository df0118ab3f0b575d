import { strings } from '../../strings.en';
import { MOST_SEED } from './seed';

/** Parameters within a prompt: `a red apple --ar 3:2 --no text --seed 7 --chaos 20 --tile`. */
export interface Parameters {
  readonly ratio?: number;
  readonly width?: number;
  readonly height?: number;
  readonly no?: string;
  readonly seed?: number;
  /** Share of its own noise that each picture of a run has, 0 to 1; the rest is the seed's. */
  readonly chaos?: number;
  readonly tile?: boolean;
  readonly steps?: number;
  readonly guidance?: number;
  readonly count?: number;
  readonly style?: string;
  readonly sampler?: string;
  readonly schedule?: string;
}

export interface Parsed {
  readonly prompt: string;
  readonly parameters: Parameters;
  readonly problems: readonly string[];
}

type Reading = Parameters | string;
type Reader = (value: string) => Reading;

const readers: Record<string, Reader> = {
  ar: ratio,
  aspect: ratio,
  no: (value) => (value === '' ? strings.parameters.no : { no: value }),
  seed: (value) => whole('--seed', value, 0, MOST_SEED, (seed) => ({ seed })),
  chaos: (value) => whole('--chaos', value, 0, 100, (chaos) => ({ chaos: chaos / 100 })),
  c: (value) => whole('--c', value, 0, 100, (chaos) => ({ chaos: chaos / 100 })),
  tile: (value) => (value === '' ? { tile: true } : strings.parameters.tile(value)),
  steps: (value) => whole('--steps', value, 1, 1000, (steps) => ({ steps })),
  guidance: (value) => numeric('--guidance', value, 0, 100, (guidance) => ({ guidance })),
  cfg: (value) => numeric('--cfg', value, 0, 100, (guidance) => ({ guidance })),
  count: (value) => whole('--count', value, 1, 100, (count) => ({ count })),
  size,
  style: (value) => (value === '' ? strings.parameters.name('--style') : { style: value }),
  sampler: (value) => (value === '' ? strings.parameters.name('--sampler') : { sampler: value }),
  schedule: (value) => (value === '' ? strings.parameters.name('--schedule') : { schedule: value }),
};

export const parameterNames: readonly string[] = Object.keys(readers);

/** Takes the parameters out of a prompt. A long dash counts as two short ones, since phones write it. */
export function parseParameters(text: string): Parsed {
  const [first = '', ...rest] = text.replace(/(^|\s)—(?=[a-z])/gi, '$1--').split(/(?:^|\s)--(?=[a-z])/i);
  const problems: string[] = [];
  let parameters: Parameters = {};
  for (const part of rest) {
    const [, name = '', value = ''] = /^([a-z]+)\s*([\s\S]*)$/i.exec(part) ?? [];
    const reading = readers[name.toLowerCase()]?.(value.trim()) ?? unknown(name);
    if (typeof reading === 'string') problems.push(`${reading}.`);
    else parameters = joined(parameters, reading);
  }
  return { prompt: first.trim(), parameters, problems };
}

// Two --no count as one list.
const joined = (a: Parameters, b: Parameters): Parameters =>
  a.no && b.no ? { ...a, ...b, no: `${a.no}, ${b.no}` } : { ...a, ...b };

const unknown = (name: string): string => strings.parameters.unknown(name, parameterNames);

function ratio(value: string): Reading {
  const [, w, h] = /^(\d{1,5}(?:\.\d+)?)\s*[:x/]\s*(\d{1,5}(?:\.\d+)?)$/.exec(value) ?? [];
  const shape = Number(w) / Number(h);
  return shape >= 0.1 && shape <= 10 ? { ratio: shape } : strings.parameters.ratio(value);
}

function size(value: string): Reading {
  const [, w, h] = /^(\d{1,5})\s*[x×]\s*(\d{1,5})$/i.exec(value) ?? [];
  return w && h ? { width: Number(w), height: Number(h) } : strings.parameters.size(value);
}

function numeric(name: string, value: string, least: number, most: number, then: (n: number) => Parameters): Reading {
  const number = value === '' ? NaN : Number(value);
  return number >= least && number <= most ? then(number) : strings.parameters.number(name, value, least, most);
}

function whole(name: string, value: string, least: number, most: number, then: (n: number) => Parameters): Reading {
  return /^\d+$/.test(value) ? numeric(name, value, least, most, then) : strings.parameters.whole(name, value, least, most);
}
