/** A text with what is selected in it. */
export interface Selection {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Whether some words have a weight of their own: `(apple:1.1)`. Escaped parentheses are only text. */
export const hasWeights = (text: string): boolean => /(?<!\\)\([^]*?:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)/.test(text);

/** The step of one ctrl-arrow. */
export const STEP = 0.1;

/** Ctrl-up and ctrl-down: the selected words, or the word at the caret, get more or less weight: `(apple:1.1)`. */
export function changeWeight(selection: Selection, delta: number): Selection {
  const words = wordsOf(selection);
  if (words.start === words.end) return selection;
  const group = groupAround(words);
  return group ? reweighted(words, group, delta) : wrapped(words, 1 + delta);
}

// A caret takes the word it touches; a selection gives up the spaces at its ends.
function wordsOf({ text, start, end }: Selection): Selection {
  if (start === end) {
    while (start > 0 && isWord(text[start - 1])) start--;
    while (end < text.length && isWord(text[end])) end++;
    return { text, start, end };
  }
  while (start < end && /\s/.test(text[start] ?? '')) start++;
  while (end > start && /\s/.test(text[end - 1] ?? '')) end--;
  return { text, start, end };
}

const isWord = (letter: string | undefined): boolean => letter !== undefined && /[^\s,.;:()[\]{}|<>]/.test(letter);

interface Group {
  readonly open: number;
  readonly close: number;
  readonly weight: number;
  readonly innerEnd: number;
}

// The nearest `( … :1.2)` around the selection.
function groupAround({ text, start, end }: Selection): Group | null {
  for (let open = start - 1, depth = 0; open >= 0; open--) {
    if (text[open] === ')' && text[open - 1] !== '\\') depth++;
    if (text[open] !== '(' || text[open - 1] === '\\') continue;
    if (depth-- > 0) continue;
    const match = /^\(([^()]*?):\s*(-?\d+(?:\.\d+)?)\s*\)/.exec(text.slice(open));
    const close = open + (match?.[0].length ?? 0);
    if (match?.[1] === undefined || close < end) return null;
    return { open, close, weight: Number(match[2]), innerEnd: open + 1 + match[1].length };
  }
  return null;
}

function reweighted({ text, start, end }: Selection, group: Group, delta: number): Selection {
  const inner = text.slice(group.open + 1, group.innerEnd);
  const weight = rounded(group.weight + delta);
  const next = weight === 1 ? inner : `(${inner}:${weight})`;
  const moved = weight === 1 ? -1 : 0;
  return {
    text: text.slice(0, group.open) + next + text.slice(group.close),
    start: start + moved,
    end: Math.min(end, group.innerEnd) + moved,
  };
}

const wrapped = ({ text, start, end }: Selection, weight: number): Selection => ({
  text: `${text.slice(0, start)}(${text.slice(start, end)}:${rounded(weight)})${text.slice(end)}`,
  start: start + 1,
  end: end + 1,
});

const rounded = (weight: number): number => Math.round(weight * 100) / 100;
