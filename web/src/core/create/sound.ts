import type { Control, Hires, Refiner, Settings, WeightedName } from '../api/dto';

type Raw = Readonly<Record<string, unknown>>;

const texts = ['prompt', 'negativePrompt', 'model', 'sampler', 'schedule', 'style', 'tiling', 'initPicture', 'resizeMode', 'mask', 'inpaintFill', 'dialect'];
const numbers = ['width', 'height', 'steps', 'guidanceScale', 'seed', 'clipSkip', 'denoise', 'maskBlur'];
const partTexts = ['name', 'model', 'picture', 'upscaler', 'resizeMode'];
const partNumbers = ['weight', 'scale', 'steps', 'denoise', 'switchAt', 'strength', 'start', 'end', 'left', 'top', 'right', 'bottom', 'feather'];

/** Settings as a file says them, whoever wrote it, without what has another type than the form's fields. */
export function soundSettings(settings: Settings): Settings {
  const { hires, refiner, outpaint, loras, controls, onlyMasked, ...same } = settings as Raw;
  return {
    ...typed(same, texts, numbers),
    ...(typeof onlyMasked === 'boolean' ? { onlyMasked } : {}),
    ...(isObject(hires) ? { hires: part(hires) as unknown as Hires } : {}),
    ...(isObject(refiner) && isText(refiner['model']) ? { refiner: part(refiner) as unknown as Refiner } : {}),
    ...(isObject(outpaint) ? { outpaint: part(outpaint) } : {}),
    // A LoRA without a weight has all of its own.
    loras: objectsOf(loras).filter(({ name }) => isText(name)).map((lora) => ({ weight: 1, ...part(lora) }) as unknown as WeightedName),
    // What a ControlNet looked at is in no file of the web UI: without it there is nothing to guide with.
    controls: objectsOf(controls).filter(({ model, picture }) => isText(model) && isText(picture)).map((control) => part(control) as unknown as Control),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
const objectsOf = (value: unknown): Raw[] => (Array.isArray(value) ? value.filter(isObject) : []);
const part = (raw: Raw): Raw => typed(raw, partTexts, partNumbers);

// What is named must have its type; what is not is nobody's field and stays.
const typed = (raw: Raw, textNames: readonly string[], numberNames: readonly string[]): Raw =>
  Object.fromEntries(Object.entries(raw).filter(([name, value]) =>
    textNames.includes(name) ? isText(value) : numberNames.includes(name) ? typeof value === 'number' : true));
