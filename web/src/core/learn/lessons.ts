import type { Picture } from '../api/dto';
import { ownSettings } from '../create/form';

/** A network of the story, as the server tells it (`GET /api/v1/learn`). */
export interface Lesson {
  readonly name: string;
  /** The models that have its network; none where it is still to be trained. */
  readonly models: readonly string[];
  /** The command that trains one. */
  readonly how: string;
}

/** What stands for a hidden word in a text. */
export const HIDDEN = '[MASK]';

/** A word that may stand where one is hidden, and how likely, 0 to 1. */
export interface Guess {
  readonly word: string;
  readonly probability: number;
}

/** How likely a picture shows a category, 0 to 1. */
export interface Verdict {
  readonly category: string;
  readonly probability: number;
}

/** Categories as they are typed: one a line, or with commas. */
export const categoriesOf = (text: string): string[] =>
  [...new Set(text.split(/[\n,]/).map((category) => category.trim()).filter(Boolean))];

/** The settings that draw a picture again from a given share of noise, 0 to 1. */
export const renoised = (picture: Picture, noise: number, seed: number) => ({
  prompt: ownSettings(picture)?.prompt ?? picture.prompt, model: ownSettings(picture)?.model ?? null, initPicture: picture.id, denoise: noise, seed, count: 1, previewEvery: 1,
});
