/** Larger seeds, which ComfyUI knows, are no whole numbers in a browser any more. */
export const MOST_SEED = Number.MAX_SAFE_INTEGER;

/** A seed as large as the server's own. */
export const randomSeed = (): number => Math.floor(Math.random() * 2 ** 32);
