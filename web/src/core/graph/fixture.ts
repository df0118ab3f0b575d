import { kindsOf } from './nodeKind';

/** A few of ComfyUI's core nodes, as `/object_info` tells them. For tests. */
export const objectInfo = {
  CheckpointLoaderSimple: {
    input: { required: { ckpt_name: [['emoji', 'other'], {}] } }, input_order: { required: ['ckpt_name'] },
    output: ['MODEL', 'CLIP', 'VAE'], output_name: ['MODEL', 'CLIP', 'VAE'], name: 'CheckpointLoaderSimple',
    display_name: 'Load Checkpoint', category: 'loaders', output_node: false,
  },
  CLIPTextEncode: {
    input: { required: { text: ['STRING', { multiline: true }], clip: ['CLIP', {}] } },
    output: ['CONDITIONING'], output_name: ['CONDITIONING'], display_name: 'CLIP Text Encode (Prompt)', category: 'conditioning',
  },
  EmptyLatentImage: {
    input: { required: { width: ['INT', { default: 512, min: 16, max: 16384, step: 8 }], height: ['INT', { default: 512 }], batch_size: ['INT', { default: 1 }] } },
    output: ['LATENT'], display_name: 'Empty Latent Image', category: 'latent',
  },
  LatentUpscaleBy: {
    input: { required: { samples: ['LATENT'], upscale_method: [['nearest-exact', 'bilinear'], {}], scale_by: ['FLOAT', { default: 1.5 }] } },
    output: ['LATENT'], display_name: 'Upscale Latent By', category: 'latent',
  },
  KSampler: {
    input: {
      required: {
        model: ['MODEL', {}], seed: ['INT', { default: 0, min: 0, max: 18446744073709551615, control_after_generate: true }],
        steps: ['INT', { default: 20 }], cfg: ['FLOAT', { default: 8 }], sampler_name: [['euler', 'dpmpp_2m'], {}],
        scheduler: [['normal', 'karras'], {}], positive: ['CONDITIONING'], negative: ['CONDITIONING'], latent_image: ['LATENT'],
        denoise: ['FLOAT', { default: 1 }],
      },
    },
    output: ['LATENT'], display_name: 'KSampler', category: 'sampling',
  },
  LoadImage: {
    input: { required: { image: [['a.png', 'b.png'], { image_upload: true }] } },
    output: ['IMAGE', 'MASK'], display_name: 'Load Image', category: 'image',
  },
  VAEDecode: { input: { required: { samples: ['LATENT'], vae: ['VAE'] } }, output: ['IMAGE'], display_name: 'VAE Decode', category: 'latent' },
  SaveImage: {
    input: { required: { images: ['IMAGE'], filename_prefix: ['STRING', { default: 'ComfyUI' }] } }, output: [],
    display_name: 'Save Image', category: 'image', output_node: true,
  },
};

export const kinds = kindsOf(objectInfo);
