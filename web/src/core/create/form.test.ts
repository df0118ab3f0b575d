import { describe, expect, test } from 'vitest';
import type { Model, Picture } from '../api/dto';
import { noMargins } from './outpaint';
import { bestUpscaler, emptyForm, ownSettings, redrawn, settingsOf, startingFrom, varied, withSettings } from './form';

const model: Model = {
  name: 'emoji', width: 128, height: 128, factor: 8, steps: 12, guidanceScale: 2, sampler: null, schedule: null, negativePrompt: '', dialect: 'plain', styles: [],
};
const picture: Picture = {
  id: 'p1', jobId: 'j1', url: 'u', width: 128, height: 128, createdAt: '', prompt: 'a red apple', seed: 9, infotext: '', favourite: false, deletedAt: null,
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

  test('room around a picture is asked for in pixels, and the size follows from it', () => {
    const init = { id: 'i', url: '', width: 128, height: 128 }, outpaint = { ...noMargins, left: 64, right: 64 };
    const asked = settingsOf({ ...emptyForm, prompt: 'x', width: 128, height: 128, init, outpaint }, model);
    expect(asked).toEqual({ prompt: 'x', count: 4, initPicture: 'i', outpaint: { left: 64, top: 0, right: 64, bottom: 0 }, maskBlur: 4 });
  });

  test('weights are read as weights, also by a model of plain words', () => {
    const weighed = { ...emptyForm, prompt: 'a red (apple:1.1)' };
    expect(settingsOf(weighed, model)).toMatchObject({ dialect: 'a1111' });
    expect(settingsOf({ ...emptyForm, prompt: 'x --no (hat:1.2)' }, model)).toMatchObject({ dialect: 'a1111' });
    expect(settingsOf({ ...weighed, extra: { dialect: 'comfyui' } }, model)).toMatchObject({ dialect: 'comfyui' });
    expect(settingsOf(weighed, { ...model, dialect: 'a1111' })).not.toHaveProperty('dialect');
    expect(settingsOf({ ...emptyForm, prompt: 'a smile :) at 3:2 (really)' }, model)).not.toHaveProperty('dialect');
  });

  test('a picture to start from brings its shape', () => {
    const form = startingFrom({ ...emptyForm, mask: 'm', width: 8 }, { id: 'i', url: '', width: 3000, height: 2000 }, model);
    expect(form).toMatchObject({ width: 160, height: 104, mask: null });
    expect(settingsOf({ ...form, prompt: 'x', resizeMode: 'crop' }, model)).toMatchObject({ initPicture: 'i', resizeMode: 'crop', width: 160 });
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

  test('a picture that was drawn under a mask, or with room around another, is so again', () => {
    const masked = { prompt: 'a', initPicture: 'j1-0', mask: 'm', denoise: 0.4, maskBlur: 0, inpaintFill: 'noise', onlyMasked: true, resizeMode: 'fill' };
    expect(settingsOf(withSettings(emptyForm, masked), model)).toMatchObject(masked);
    const around = { prompt: 'a', initPicture: 'j1-0', outpaint: { left: 16, feather: 8 } };
    expect(settingsOf(withSettings(emptyForm, around), model)).toMatchObject({ outpaint: { left: 16, top: 0, feather: 8 } });
    expect(withSettings(withSettings(emptyForm, masked), { prompt: 'b' })).toMatchObject({ maskBlur: 4, inpaintFill: 'original', onlyMasked: false });
  });

  test('what a foreign file holds in the wrong type is left out', () => {
    const foreign = {
      prompt: { '3': {} }, steps: '7', seed: null, style: ['x'], onlyMasked: 'yes', hires: { scale: 1.5, upscaler: {}, steps: 3 }, refiner: { switchAt: 0.5 },
      outpaint: 'left=64', loras: [{ name: 'a' }, null, { weight: 1 }, 'b'], controls: [{ model: 'canny' }, { model: 'pose', picture: 'u', strength: '1' }], noise: 'cpu',
    } as unknown as Picture['settings'];
    expect(withSettings(emptyForm, foreign!)).toEqual({
      ...emptyForm, hires: { scale: 1.5, steps: 3 }, loras: [{ name: 'a', weight: 1 }], controls: [{ model: 'pose', picture: 'u' }], extra: { noise: 'cpu' },
    });
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
