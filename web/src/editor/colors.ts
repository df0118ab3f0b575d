const known: Readonly<Record<string, string>> = {
  MODEL: '#b39ddb', CLIP: '#ffd500', VAE: '#ff6e6e', CONDITIONING: '#ffa931', LATENT: '#ff9cf9', IMAGE: '#64b5f6', MASK: '#81c784',
  CLIP_VISION: '#a8dadc', CONTROL_NET: '#6ee7b7', SAMPLER: '#ecb4b4', SIGMAS: '#cdffcd', NOISE: '#b0b0b0', GUIDER: '#66ffff',
};

/** The color of a type: ComfyUI's where people know one, else one that the name decides. */
export function colorOf(type: string): string {
  let hash = 0;
  for (const letter of type) hash = (hash * 31 + letter.charCodeAt(0)) % 360;
  return known[type] ?? `hsl(${hash} 65% 65%)`;
}
