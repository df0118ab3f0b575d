import { emptyGraph, type Graph } from './graph';
import { fromPrompt } from './fromPrompt';
import type { Model } from '../api/dto';
import type { NodeKinds } from './nodeKind';

/** The graph that everyone knows: a prompt becomes a picture, as the model recommends. Empty where the server lacks one of its nodes. */
export function starter(kinds: NodeKinds, model: Model | null): Graph {
  const nodes = nodesOf(model), known = Object.entries(nodes).filter(([, node]) => kinds.has(node.class_type));
  return known.length === Object.keys(nodes).length ? fromPrompt(nodes, kinds) : emptyGraph;
}

const nodesOf = (model: Model | null) => ({
  '4': { class_type: 'CheckpointLoaderSimple', inputs: {} },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a red apple', clip: ['4', 1] } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['4', 1] } },
  '5': { class_type: 'EmptyLatentImage', inputs: model ? { width: model.width, height: model.height } : {} },
  '3': {
    class_type: 'KSampler',
    inputs: {
      ...(model ? { steps: model.steps, cfg: model.guidanceScale } : {}), 'seed.control_after_generate': 'randomize',
      model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0],
    },
  },
  '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
  '9': { class_type: 'SaveImage', inputs: { images: ['8', 0] } },
});
