// A client of the AUTOMATIC1111 web UI, stable-diffusion-api of npm, against our /sdapi/v1. Argument: the server's address.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const sharp = require("sharp");
const sd = require("stable-diffusion-api");
const StableDiffusionApi = sd.StableDiffusionApi ?? sd.default;

const client = new StableDiffusionApi({ baseUrl: process.argv[2].replace(/\/$/, ""), timeout: 120_000, defaultSampler: "Euler a", defaultStepCount: 4 });
const size = async (image) => { const { width, height } = await image.metadata(); return [width, height]; };

const drawn = await client.txt2img({ prompt: "a red apple", negative_prompt: "blue", width: 32, height: 48, batch_size: 2, seed: 7 });
assert.equal(drawn.images.length, 2);
assert.deepEqual(await size(drawn.image), [32, 48]);
assert.deepEqual(JSON.parse(drawn.response.data.info).all_seeds, [7, 8]);

const again = await client.img2img({ init_images: [drawn.image], prompt: "a green apple", width: 32, height: 32, denoising_strength: 0.6 });
assert.deepEqual(await size(again.image), [32, 32]);

const large = await client.extraSingle({ image: drawn.image, upscaler_1: "Lanczos", upscaling_resize: 2 });
assert.deepEqual(await size(large.image), [64, 96]);
// This client calls the list image_list, where the web UI has imageList: there too it is answered 422.
await assert.rejects(client.extraBatch({ images: [drawn.image], name_list: ["a"], upscaler_1: "Lanczos" }), (error) => error.response.status === 422);

const info = await client.pngInfo(sharp(Buffer.from(drawn.response.data.images[0], "base64")));
assert.ok(info);
const options = await client.getOptions();
await client.setOptions({ CLIP_stop_at_last_layers: 1 });
assert.ok((await client.getSamplers()).some((sampler) => sampler.name === "DPM++ 2M"));
assert.ok((await client.getUpscalers()).length > 1);
assert.ok((await client.getSdModels())[0].title.startsWith((await client.getCurrentModel()).split(" ")[0]));
for (const list of [client.getHypernetworks(), client.getFaceRestorers(), client.getRealesrganModels(), client.getPromptStyles()]) assert.ok(Array.isArray(await list));
await client.refreshCheckpoints();
assert.equal((await client.getProgress()).state.job_count, 0);
assert.equal(typeof (await client.getCmdFlags()).api, "boolean");
await assert.rejects(client.interrogate(drawn.image, "clip"), (error) => error.response.status === 501);
console.log(`stable-diffusion-api: txt2img, img2img, extras, png-info, options (${Object.keys(options).length}), lists, progress, refusal`);
