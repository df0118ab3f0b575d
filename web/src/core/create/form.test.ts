import { describe, expect, test } from 'vitest';
import type { Model, Picture } from '../api/dto';
import { bestUpscaler, emptyForm, ownSettings, redrawn, settingsOf, varied, withSettings } from './form';

const model: Model = {
  name: 'emoji', width: 128, height: 128, factor: 8, steps: 12, guidanceScale: 2, sampler: null, schedule: null, negativePrompt: '', styles: [],
};
const picture: Picture = {
  id: 'p1', jobId: 'j1', url: 'u', width: 128, height: 128, createdAt: '', prompt: 'a red apple', seed: 9, infotext: '', favourite: false,
  settings: { prompt: 'a red apple', steps: 12, seed: 7, count: 4, hires: { scale: 2 } },
};

describe('what the form asks for', () => {
  test('only what was said', () => {
    expect(settingsOf({ ...emptyForm, prompt: 'a red apple' }, model)).toEqual({ prompt: 'a red apple', count: 4 });
  });

  test('parameters of the prompt take the place of the form', () => {
    const form = { ...emptyForm, prompt: 'a red apple --ar 3:2 --no text --seed 7 --chaos 20 --tile', negativePrompt: 'blur', seed: 1 };
    expect(settingsOf(form, model)).toEqual({
      prompt: 'a red apple', negativePrompt: 'blur, text', seed: 7, width: 160, height: 104, tiling: 'both', variationStrength: 0.2, count: 4,
    });
  });

  test('a mask counts only with a picture under it', () => {
    expect(settingsOf({ ...emptyForm, prompt: 'x', mask: 'm' }, model)).not.toHaveProperty('mask');
    const init = { id: 'i', url: '', width: 8, height: 8 };
    expect(settingsOf({ ...emptyForm, prompt: 'x', init, mask: 'm' }, model)).toMatchObject({
      initPicture: 'i', mask: 'm', denoise: 0.75, maskBlur: 4, inpaintFill: 'original',
    });
  });

  test('a grid draws one picture for each of its cells', () => {
    const form = { ...emptyForm, prompt: 'x', axes: [{ axis: 'steps', text: '4, 8' }] };
    expect(settingsOf(form, model, true)).toMatchObject({ count: 1, xyz: { x: { axis: 'steps', values: '4, 8' } } });
    expect(settingsOf(form, model)).not.toHaveProperty('xyz');
  });
});

describe('from a picture', () => {
  test('its settings come into the form, and go out as they came', () => {
    const settings = { prompt: 'a cat', steps: 7, sampler: 'euler', seed: 0, width: 64, height: 96, tiling: 'x', loras: [{ name: 'l', weight: 0.5 }], refiner: { model: 'r', switchAt: 0.7 }, controls: [{ model: 'canny', picture: 'u1', strength: 0.8, end: 0.5 }] };
    expect(settingsOf(withSettings(emptyForm, settings), model)).toMatchObject(settings);
  });

  test('settings of another picture leave nothing of the last', () => {
    const form = withSettings(withSettings(emptyForm, { prompt: 'a', sampler: 'euler', seed: 3 }), { prompt: 'b' });
    expect(form).toMatchObject({ sampler: null, seed: null, prompt: 'b' });
  });

  test('what has no field of its own is kept: the noise of the picture', () => {
    const settings = { prompt: 'a', noise: 'a1111-gpu', kind: 'generate', eta: 0.5 };
    const form = withSettings(emptyForm, settings);
    expect(form.extra).toEqual({ noise: 'a1111-gpu', eta: 0.5 });
    expect(settingsOf(form, model)).toEqual({ prompt: 'a', noise: 'a1111-gpu', eta: 0.5, count: 4 });
    expect(withSettings(form, { prompt: 'b' }).extra).toEqual({});
  });

  test('a picture that began with another begins with it again', () => {
    const form = withSettings(emptyForm, { prompt: 'a', initPicture: 'j1-0', mask: 'm', denoise: 0.4 });
    expect(form.init).toMatchObject({ id: 'j1-0', url: 'api/v1/pictures/j1-0/file' });
    expect(settingsOf(form, model)).toMatchObject({ initPicture: 'j1-0', mask: 'm', denoise: 0.4 });
  });

  test('one of a graph has no settings of this form', () => {
    const graph = { ...picture, settings: { prompt: { '3': { class_type: 'KSampler' } } } as unknown as Picture['settings'] };
    expect(ownSettings(graph)).toBeNull();
    expect(varied(graph, 0.1)).toMatchObject({ prompt: 'a red apple', seed: 9 });
    expect(ownSettings(picture)).toMatchObject({ steps: 12, seed: 9 });
  });

  test('a network enlarges before arithmetic', () => {
    expect(bestUpscaler(['Lanczos', 'Nearest', 'own'])).toBe('own');
    expect(bestUpscaler(['Nearest', 'Bicubic', 'Lanczos'])).toBe('Lanczos');
    expect(bestUpscaler([])).toBeNull();
  });

  test('drawn again larger it keeps its seed, not its batch', () => {
    expect(redrawn(picture)).toEqual({ prompt: 'a red apple', steps: 12, seed: 9, count: 1, hires: { scale: 2, denoise: 0.4 } });
  });

  test('varying keeps its seed and most of its noise', () => {
    expect(varied(picture, 0.15)).toEqual({ prompt: 'a red apple', steps: 12, seed: 9, count: 4, variationOf: 'p1', variationStrength: 0.15 });
  });
});
