/** What is known of why a picture looks as it does. A part that the server could not make is absent. */
export interface Explanation {
  readonly whole: number;
  readonly phrases: readonly { readonly phrase: string; readonly score: number }[];
  readonly words?: readonly { readonly word: string; readonly url: string }[];
  readonly nearest?: readonly { readonly url: string | null; readonly caption: string; readonly similarity: number }[];
}
