import { expect, test } from 'vitest';
import { kinds } from './fixture';
import { arranged } from './layout';
import { starter } from './starter';
import { toPrompt } from './toPrompt';

const model = { name: 'm', width: 128, height: 96, factor: 8, steps: 12, guidanceScale: 2, sampler: null, schedule: null, negativePrompt: '', dialect: 'plain', styles: [] };

test('the first graph draws as the model recommends', () => {
  const prompt = toPrompt(starter(kinds, model), kinds);
  expect(prompt['5']?.inputs).toEqual({ width: 128, height: 96, batch_size: 1 });
  expect(prompt['3']?.inputs).toMatchObject({ steps: 12, cfg: 2, model: ['4', 0], latent_image: ['5', 0] });
  expect(Object.keys(prompt['3']?.inputs ?? {})).not.toContain('seed.control_after_generate');
});

test('without one of its nodes there is none', () => {
  expect(starter(new Map([...kinds].filter(([name]) => name !== 'VAEDecode')), model).nodes).toEqual([]);
});

test('in a column no node lies on another', () => {
  const first = arranged(starter(kinds, model), kinds).nodes.filter((node) => node.place.x === 0);
  const [loader, latent] = first.sort((a, b) => a.place.y - b.place.y);
  expect((latent?.place.y ?? 0) - (loader?.place.y ?? 0)).toBeGreaterThan(150);
});
