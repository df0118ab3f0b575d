import type { Margins } from '../create/outpaint';

/** What our own HTTP API (`/api/v1`) says and hears. */
export type JobState = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled';
export type JobKind = 'classify' | 'complete' | 'explain' | 'fill' | 'generate' | 'graph' | 'train' | 'upscale' | 'vary' | 'walk';

export interface Progress {
  readonly step: number;
  /** 0 where nobody knows. */
  readonly steps: number;
  readonly etaSeconds: number | null;
  /** Pictures that are finished. */
  readonly image: number;
  readonly images: number;
  /** Pictures that are being drawn at once, each by these steps; 1 where it is not said. */
  readonly together?: number;
  readonly previewUrl: string | null;
}

export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly priority: number;
  readonly position: number | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly progress: Progress | null;
  readonly settings: Settings;
  readonly pictures: readonly Picture[];
  readonly error: string | null;
  readonly result?: unknown;
}

/** One axis of a grid: a setting, and its values as they are typed: `1-10 (+3)`. */
export interface Axis {
  readonly axis: string;
  readonly values: string;
}

export interface Hires {
  readonly scale: number;
  readonly upscaler?: string | null;
  readonly steps?: number | null;
  readonly denoise?: number | null;
}

/** A model that takes over before the end. */
export interface Refiner {
  readonly model: string;
  readonly switchAt?: number | null;
}

export interface WeightedName {
  readonly name: string;
  readonly weight: number;
}

/** A picture that a ControlNet looks at while another is drawn: edges, depth, a pose. */
export interface Control {
  readonly model: string;
  readonly picture: string;
  readonly strength?: number | null;
  readonly start?: number | null;
  readonly end?: number | null;
  readonly resizeMode?: string | null;
}

/** Settings of a picture. What is left out is the model's own choice. */
export interface Settings {
  readonly prompt?: string | null;
  readonly negativePrompt?: string | null;
  readonly model?: string | null;
  readonly sampler?: string | null;
  readonly schedule?: string | null;
  readonly steps?: number | null;
  readonly guidanceScale?: number | null;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly seed?: number | null;
  readonly count?: number | null;
  readonly style?: string | null;
  readonly loras?: readonly WeightedName[] | null;
  readonly clipSkip?: number | null;
  readonly tiling?: string | null;
  readonly initPicture?: string | null;
  readonly mask?: string | null;
  readonly denoise?: number | null;
  readonly maskBlur?: number | null;
  readonly inpaintFill?: string | null;
  readonly maskInvert?: boolean | null;
  readonly onlyMasked?: boolean | null;
  readonly outpaint?: Partial<Margins> | null;
  /** How a start picture of another shape is fitted. */
  readonly resizeMode?: string | null;
  /** Whose way of writing weights the prompt has. */
  readonly dialect?: string | null;
  readonly hires?: Hires | null;
  readonly refiner?: Refiner | null;
  readonly controls?: readonly Control[] | null;
  readonly xyz?: { readonly x?: Axis | null; readonly y?: Axis | null; readonly z?: Axis | null } | null;
  readonly variationOf?: string | null;
  readonly variationStrength?: number | null;
  readonly previewEvery?: number | null;
  /** Of jobs of kind `upscale` and `explain`. */
  readonly picture?: string | null;
  /** Of jobs of kind `graph`. */
  readonly promptId?: string | null;
  /** Of jobs of kind `train`. */
  readonly recipe?: string | null;
  /** Of jobs of kind `fill` and `complete`. */
  readonly text?: string | null;
  /** Of jobs of kind `walk`. */
  readonly from?: string | null;
}

export interface Picture {
  readonly id: string;
  readonly jobId: string | null;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly createdAt: string;
  readonly prompt: string;
  readonly seed: number | null;
  readonly settings: Settings | null;
  readonly infotext: string | null;
  readonly favourite: boolean;
  /** Null where it is not deleted. */
  readonly deletedAt: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A model, with what its authors recommend. */
export interface Model extends Size {
  readonly name: string;
  /** Sides are multiples of it. */
  readonly factor: number;
  readonly steps: number;
  readonly guidanceScale: number;
  readonly sampler: string | null;
  readonly schedule: string | null;
  readonly negativePrompt: string;
  /** How its prompts write weights; `plain` knows none. */
  readonly dialect: string;
  readonly styles: readonly string[];
}

export interface Named {
  readonly name: string;
  readonly label: string;
  readonly description?: string;
}

/** What enlarges pictures, and what enlarges between two passes. */
export interface Upscalers {
  readonly pictures: readonly string[];
  readonly hires: readonly string[];
}

export interface Recipe {
  readonly name: string;
  readonly kind: string;
  readonly steps: number;
  readonly batch: number;
}

/** A folder of training data, by the name that the server gave it. */
export interface TrainingData {
  readonly id: string;
  readonly contents: readonly string[];
}

/** A line of what a training measures: `step`, and numbers by name. */
export type Measures = Readonly<Record<string, unknown>>;

export interface TokenSpan {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What of the settings decides how a prompt is read. */
export type TokensAsked = Pick<Settings, 'model' | 'prompt' | 'style' | 'dialect'>;

export interface Tokens {
  readonly count: number;
  readonly limit: number;
  readonly kept: readonly TokenSpan[];
  readonly cut: readonly TokenSpan[];
}

export interface Forecast {
  readonly seconds: number | null;
  readonly peakBytes: number;
  readonly fits: boolean;
  readonly sentence: string;
}

export interface Upload extends Size {
  readonly id: string;
  readonly url: string;
}

export interface SettingsOf {
  readonly source: 'a1111' | 'comfyui' | 'pareidolia' | null;
  readonly settings: Settings | null;
  readonly workflow: unknown;
  readonly infotext: string | null;
}

export interface Session {
  readonly user: string | null;
  readonly roles: readonly string[];
  readonly authRequired: boolean;
}
