/** What is known of why a picture looks as it does. A part that the server could not make is absent. */
export interface Explanation {
  readonly whole: number | null;
  readonly phrases: readonly { readonly phrase: string; readonly score: number }[];
  readonly words?: readonly { readonly word: string; readonly url: string }[];
  readonly whyNoWords?: string | null;
  /** Whether the picture that was drawn once more for the words is the same one. */
  readonly sameAsPicture?: boolean | null;
  readonly nearest?: readonly { readonly url: string | null; readonly caption: string; readonly similarity: number }[];
}
