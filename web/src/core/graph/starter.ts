import { emptyGraph, type Graph } from './graph';
import { fromPrompt } from './fromPrompt';
import type { NodeKinds } from './nodeKind';

/** The graph that everyone knows: a prompt becomes a picture. As far as the server has its nodes. */
export function starter(kinds: NodeKinds): Graph {
  const known = Object.entries(nodes).filter(([, node]) => kinds.has(node.class_type));
  return known.length === Object.keys(nodes).length ? fromPrompt(nodes, kinds) : emptyGraph;
}

const nodes = {
  '4': { class_type: 'CheckpointLoaderSimple', inputs: {} },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a red apple', clip: ['4', 1] } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['4', 1] } },
  '5': { class_type: 'EmptyLatentImage', inputs: {} },
  '3': {
    class_type: 'KSampler',
    inputs: { model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
  },
  '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
  '9': { class_type: 'SaveImage', inputs: { images: ['8', 0] } },
};
