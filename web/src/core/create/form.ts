import type { Control, Hires, Model, Picture, Refiner, Settings, Size, WeightedName } from '../api/dto';
import { parseParameters, type Parameters } from './parameters';
import { addsRoom, noMargins, type Margins } from './outpaint';
import { sizeOfRatio } from './sizes';
import { soundSettings } from './sound';
import { hasWeights } from './weights';
import { axesOf, type AxisDraft } from './xyz';

/** A picture to start from, as it was uploaded or is in the gallery. */
export interface InitPicture extends Size {
  readonly id: string;
  readonly url: string;
}

/** What the form shows. Null means: what the model does by itself. */
export interface Form {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly model: string | null;
  readonly sampler: string | null;
  readonly schedule: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly steps: number | null;
  readonly guidanceScale: number | null;
  readonly seed: number | null;
  readonly count: number;
  readonly style: string | null;
  readonly loras: readonly WeightedName[];
  readonly clipSkip: number | null;
  readonly tiling: string | null;
  readonly hires: Hires | null;
  readonly refiner: Refiner | null;
  readonly controls: readonly Control[];
  readonly init: InitPicture | null;
  /** How a start picture of another shape is fitted. */
  readonly resizeMode: string;
  /** The picture of a mask, once it is uploaded: white is drawn anew. */
  readonly mask: string | null;
  /** Draw only around the mask, at full size, and put it in. */
  readonly onlyMasked: boolean;
  /** Room around the picture, to be drawn; takes the place of a mask. */
  readonly outpaint: Margins | null;
  readonly denoise: number;
  readonly maskBlur: number;
  readonly inpaintFill: string;
  readonly axes: readonly AxisDraft[];
  /** Settings of a picture that have no field of their own: its noise must be drawn as it was, or the picture is another one. */
  readonly extra: Settings;
}

/** The server's four ways to begin under a mask. */
export const fills = ['original', 'fill', 'noise', 'nothing'] as const;

/** The server's ways to fit a picture of another shape. */
export const fits = ['stretch', 'crop', 'fill'] as const;

export const emptyForm: Form = {
  prompt: '', negativePrompt: '', model: null, sampler: null, schedule: null, width: null, height: null, steps: null,
  guidanceScale: null, seed: null, count: 4, style: null, loras: [], clipSkip: null, tiling: null, hires: null, refiner: null, controls: [], init: null, resizeMode: 'stretch',
  mask: null, onlyMasked: false, outpaint: null, denoise: 0.75, maskBlur: 4, inpaintFill: 'original',
  axes: [{ axis: 'steps', text: '' }, { axis: 'guidanceScale', text: '' }, { axis: '', text: '' }], extra: {},
};

/** The form with the settings of a picture; what they do not say is left to the model. */
export function withSettings(form: Form, told: Settings): Form {
  const settings = soundSettings(told);
  return {
    ...form,
    prompt: settings.prompt ?? '',
    negativePrompt: settings.negativePrompt ?? '',
    model: settings.model ?? form.model,
    sampler: settings.sampler ?? null,
    schedule: settings.schedule ?? null,
    width: settings.width ?? null,
    height: settings.height ?? null,
    steps: settings.steps ?? null,
    guidanceScale: settings.guidanceScale ?? null,
    seed: settings.seed ?? null,
    style: settings.style ?? null,
    loras: settings.loras ?? [],
    clipSkip: settings.clipSkip ?? null,
    tiling: settings.tiling && settings.tiling !== 'none' ? settings.tiling : null,
    denoise: settings.denoise ?? form.denoise,
    hires: settings.hires ?? null,
    refiner: settings.refiner ?? null,
    controls: settings.controls ?? [],
    init: initOf(settings),
    resizeMode: settings.resizeMode ?? emptyForm.resizeMode,
    mask: settings.mask ?? null,
    maskBlur: settings.maskBlur ?? emptyForm.maskBlur,
    inpaintFill: settings.inpaintFill ?? emptyForm.inpaintFill,
    onlyMasked: settings.onlyMasked ?? emptyForm.onlyMasked,
    outpaint: settings.outpaint ? { ...noMargins, ...settings.outpaint } : null,
    extra: extraOf(settings),
  };
}

const shown: readonly string[] = [
  'kind', 'priority', 'prompt', 'negativePrompt', 'model', 'sampler', 'schedule', 'steps', 'guidanceScale', 'width', 'height', 'seed', 'count', 'style', 'loras',
  'clipSkip', 'tiling', 'denoise', 'hires', 'refiner', 'controls', 'initPicture', 'resizeMode', 'mask', 'maskBlur', 'inpaintFill', 'onlyMasked', 'outpaint', 'xyz', 'previewEvery',
];

const extraOf = (settings: Settings): Settings =>
  given(Object.fromEntries(Object.entries(settings).filter(([name]) => !shown.includes(name))));

const initOf = ({ initPicture: id, width, height }: Settings): InitPicture | null =>
  id ? { id, url: urlOf(id), width: width ?? 512, height: height ?? 512 } : null;

/** Where a picture that settings name is: the gallery's have a number behind their job's id, uploads have none. */
export const urlOf = (id: string): string => (id.includes('-') ? `api/v1/pictures/${id}/file` : `api/v1/uploads/${id}`);

/** The form with a picture to start from: pictures of its shape, as large as the model draws them. */
export const startingFrom = (form: Form, { id, url, width, height }: InitPicture, model: Model | null): Form => ({
  ...form, ...(model ? sizeOfRatio(model, width / height, model.factor) : {}), init: { id, url, width, height }, mask: null, outpaint: null,
});

/** What the form asks of the server, with the parameters of the prompt in the place of the form's own. */
export function settingsOf(form: Form, model: Model | null, withGrid = false): Settings {
  const { prompt, parameters } = parseParameters(form.prompt);
  const axes = withGrid ? axesOf(form.axes) : null;
  const settings: Settings = {
    ...form.extra,
    ...plain(form, prompt),
    ...fromPicture(form),
    ...ofParameters(parameters, form, model),
    ...(axes ? { xyz: axes, count: 1 } : {}),
  };
  return given({ ...dialectOf(settings, model), ...settings });
}

// In plain words the signs of a weight would be words too; who writes weights means those of the web UI.
const dialectOf = ({ prompt, negativePrompt }: Settings, model: Model | null): Settings =>
  model?.dialect === 'plain' && hasWeights(`${prompt ?? ''} ${negativePrompt ?? ''}`) ? { dialect: 'a1111' } : {};

function plain(form: Form, prompt: string): Settings {
  return {
    prompt,
    negativePrompt: form.negativePrompt || null,
    model: form.model, sampler: form.sampler, schedule: form.schedule, steps: form.steps, guidanceScale: form.guidanceScale,
    width: form.width, height: form.height, seed: form.seed, count: form.count, style: form.style, clipSkip: form.clipSkip,
    loras: form.loras.length > 0 ? form.loras : null,
    tiling: form.tiling,
    hires: form.hires,
    refiner: form.refiner,
    controls: form.controls.length > 0 ? form.controls : null,
  };
}

function fromPicture({ init, resizeMode, mask, outpaint, denoise, maskBlur, inpaintFill, onlyMasked }: Form): Settings {
  if (!init) return {};
  // The size follows from the margins, and all of the new part is drawn.
  if (outpaint && addsRoom(outpaint)) return { initPicture: init.id, outpaint, maskBlur, width: null, height: null };
  const fit = resizeMode === emptyForm.resizeMode ? {} : { resizeMode };
  return { initPicture: init.id, denoise, ...fit, ...(mask ? { mask, maskBlur, inpaintFill, ...(onlyMasked ? { onlyMasked } : {}) } : {}) };
}

function ofParameters(parameters: Parameters, form: Form, model: Model | null): Settings {
  const { ratio, no, chaos, tile, guidance, ...same } = parameters;
  return {
    ...same,
    ...(ratio && model ? sizeOfRatio(model, ratio, model.factor) : {}),
    ...(no ? { negativePrompt: [form.negativePrompt, no].filter(Boolean).join(', ') } : {}),
    ...(guidance === undefined ? {} : { guidanceScale: guidance }),
    ...(tile ? { tiling: 'both' } : {}),
    // All pictures get the seed's noise, and each so much of its own.
    ...(chaos === undefined ? {} : { variationStrength: chaos }),
  };
}

// Absent, not null: the record of a job then says what was asked for and nothing else.
const given = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null && value !== undefined));

/** The same picture drawn again, larger: its own seed, and a second pass at twice the size. */
export const redrawn = (picture: Picture, denoise = 0.4): Settings => ({ ...repeated(picture), hires: { scale: 2, denoise } });

/** What enlarges a picture best: a network before arithmetic. */
export const bestUpscaler = (names: readonly string[]): string | null =>
  names.find((name) => !arithmetic.includes(name.toLowerCase())) ?? names.find((name) => name === 'Lanczos') ?? names[0] ?? null;

const arithmetic: readonly string[] = ['none', 'nearest', 'bilinear', 'bicubic', 'lanczos'];

/** Pictures like this one: most of its noise, and some of their own. */
export const varied = (picture: Picture, strength: number, count = 4): Settings => ({
  ...repeated(picture), count, variationOf: picture.id, variationStrength: strength,
});

/** The settings that a picture was drawn with; null where it comes from a graph or from elsewhere, and they say something else. */
export const ownSettings = (picture: Picture): Settings | null =>
  typeof picture.settings?.prompt === 'string' ? { ...picture.settings, seed: picture.seed } : null;

function repeated(picture: Picture): Settings {
  const { xyz: _, variationOf: _of, variationStrength: _strength, hires: _hires, ...settings } = ownSettings(picture) ?? {};
  return given({ ...settings, kind: null, priority: null, variationSeed: null, prompt: settings.prompt ?? picture.prompt, seed: picture.seed, count: 1 } as Settings);
}
