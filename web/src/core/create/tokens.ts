import type { Settings, Tokens, TokensAsked } from '../api/dto';

/** A piece of the prompt, and whether the model sees it. */
export interface Piece {
  readonly text: string;
  readonly cut: boolean;
}

/** What is asked of a prompt's tokens: they are counted as the prompt will be read. */
export const tokensAskedOf = ({ model, prompt, style, dialect }: Settings): TokensAsked => ({ model, prompt, style, dialect });

/** The prompt in pieces that are seen and pieces that are cut off. Spans that do not lie within it count for nothing. */
export function piecesOf(prompt: string, tokens: Tokens): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end } of [...tokens.cut].sort((a, b) => a.start - b.start)) {
    if (start < 0 || end <= at || end > prompt.length) continue;
    if (start > at) add(pieces, prompt.slice(at, start), false);
    add(pieces, prompt.slice(Math.max(at, start), end), true);
    at = end;
  }
  add(pieces, prompt.slice(at), false);
  return pieces;
}

// Spaces between two cut words belong to them.
function add(pieces: Piece[], text: string, cut: boolean): void {
  const last = pieces.at(-1);
  const joins = last && (last.cut === cut || (last.cut && text.trim() === ''));
  if (text === '') return;
  if (joins) pieces[pieces.length - 1] = { text: last.text + text, cut: last.cut };
  else pieces.push({ text, cut });
}
