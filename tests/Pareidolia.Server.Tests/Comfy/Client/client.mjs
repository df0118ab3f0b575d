// Draws through @saintno/comfyui-sdk, a client that we did not write, and prints what it saw as JSON.
import { ComfyApi, CallWrapper, PromptBuilder } from "@saintno/comfyui-sdk";
import WebSocket from "ws";

// The client looks for previews in ArrayBuffers, as browsers hand them out.
class BrowserSocket extends WebSocket {
  constructor(...given) {
    super(...given);
    this.binaryType = "arraybuffer";
  }
}

const [address, checkpoint] = process.argv.slice(2);
const seen = { progress: [], previews: 0, output: null, events: [] };
const api = new ComfyApi(address, "check-client", { customWebSocketImpl: BrowserSocket }).init();
await api.waitForReady();
for (const name of ["status", "execution_start", "execution_cached", "executing", "executed", "execution_success"])
  api.on(name, () => seen.events.push(name));

seen.checkpoints = await api.getCheckpoints();
seen.samplers = (await api.getSamplerInfo()).sampler[0].length;
seen.stats = (await api.getSystemStats()).devices.length;

const graph = {
  1: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "" } },
  2: { class_type: "CLIPTextEncode", inputs: { text: "", clip: ["1", 1] } },
  3: { class_type: "CLIPTextEncode", inputs: { text: "blurry", clip: ["1", 1] } },
  4: { class_type: "EmptyLatentImage", inputs: { width: 128, height: 128, batch_size: 1 } },
  5: { class_type: "KSampler", inputs: { model: ["1", 0], seed: 7, steps: 3, cfg: 6, sampler_name: "euler", scheduler: "normal",
       positive: ["2", 0], negative: ["3", 0], latent_image: ["4", 0], denoise: 1 } },
  6: { class_type: "VAEDecode", inputs: { samples: ["5", 0], vae: ["1", 2] } },
  7: { class_type: "SaveImage", inputs: { images: ["6", 0], filename_prefix: "client" } },
};

function build(steps) {
  return new PromptBuilder(graph, ["checkpoint", "positive", "steps"], ["images"])
    .setInputNode("checkpoint", "1.inputs.ckpt_name").setInputNode("positive", "2.inputs.text").setInputNode("steps", "5.inputs.steps")
    .setOutputNode("images", "7").input("checkpoint", checkpoint).input("positive", "a photo of a cat").input("steps", steps);
}

function run(prompt) {
  return new Promise((resolve) => {
    new CallWrapper(api, prompt)
      .onProgress((info) => seen.progress.push([info.value, info.max]))
      .onPreview(() => seen.previews++)
      .onFinished((data) => resolve({ images: data.images.images }))
      .onFailed((error) => resolve({ failure: error.name, cause: error.cause?.message ?? error.message }))
      .run();
  });
}

// Long enough that the client, which asks for the history before it listens for previews, sees some of them.
seen.output = await run(build(60));
if (!seen.output.images)
  throw new Error(`The first drawing failed: ${JSON.stringify(seen)}`);
const picture = await api.getImage(seen.output.images[0]);
seen.pictureBytes = [...new Uint8Array(await picture.arrayBuffer()).slice(0, 4)];
// The client is content when the last node has its output, a moment before the prompt is over.
for (let i = 0; i < 100 && !seen.history?.length; i++) {
  seen.history = Object.values(await api.getHistories()).map((entry) => entry.status.status_str);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
seen.refused = await run(build(0));
seen.afterwards = await run(build(2));
const uploaded = await api.uploadImage(picture, "cat.png");
seen.uploaded = uploaded.info.filename;
console.log(JSON.stringify(seen));
process.exit(0);
