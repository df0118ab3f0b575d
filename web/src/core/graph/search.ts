import { fits, type NodeKind, type NodeKinds } from './nodeKind';

/** What a link that is being pulled needs: a node that takes its type, or one that gives it. */
export interface Wanted {
  readonly type: string;
  readonly side: 'input' | 'output';
}

/** Kinds whose name, title or category have all words that are typed, the best first. */
export function search(kinds: NodeKinds, text: string, wanted: Wanted | null = null, most = 40): NodeKind[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...kinds.values()]
    .filter((kind) => wanted === null || takes(kind, wanted))
    .map((kind) => ({ kind, rank: rank(kind, words) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || a.kind.title.localeCompare(b.kind.title))
    .slice(0, most)
    .map(({ kind }) => kind);
}

const takes = (kind: NodeKind, { type, side }: Wanted): boolean =>
  side === 'input' ? kind.inputs.some((input) => fits(type, input.type)) : kind.outputs.some((output) => fits(output.type, type));

function rank(kind: NodeKind, words: readonly string[]): number | null {
  const [name, title, category] = [kind.name.toLowerCase(), kind.title.toLowerCase(), kind.category.toLowerCase()];
  const ranks = words.map((word) =>
    title.startsWith(word) || name.startsWith(word) ? 0 : title.includes(word) || name.includes(word) ? 1 : category.includes(word) ? 2 : null);
  return ranks.includes(null) ? null : ranks.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
