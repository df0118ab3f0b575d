// OpenAI's own client, openai of npm, against our images API. Argument: the server's address.
import assert from "node:assert/strict";
import OpenAI, { toFile } from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}v1`, apiKey: "none", maxRetries: 0 });
const isPng = (base64) => Buffer.from(base64, "base64").subarray(1, 4).toString() === "PNG";

const generated = await client.images.generate({ model: "gpt-image-1", prompt: "a red apple", n: 2, size: "auto" });
assert.equal(generated.data.length, 2);
assert.ok(generated.data.every((picture) => isPng(picture.b64_json)));
assert.ok(generated.usage.total_tokens > 0);

const byUrl = await client.images.generate({ model: "dall-e-3", prompt: "a red apple" });
const file = Buffer.from(await (await fetch(byUrl.data[0].url)).arrayBuffer());
assert.ok(isPng(file.toString("base64")));

const events = [];
for await (const event of await client.images.generate({ prompt: "a cat", stream: true, partial_images: 1, quality: "high" }))
  events.push(event.type);
assert.equal(events.at(-1), "image_generation.completed");

const edited = await client.images.edit({ image: await toFile(file, "apple.png", { type: "image/png" }), prompt: "a green apple" });
assert.ok(isPng(edited.data[0].b64_json));

const varied = await client.images.createVariation({ image: await toFile(file, "apple.png", { type: "image/png" }), n: 2 });
assert.equal(varied.data.length, 2);

const models = [];
for await (const model of client.models.list()) models.push(model.id);
assert.ok(models.length > 0);

await assert.rejects(client.images.generate({ prompt: "a", n: 11 }), (error) => error instanceof OpenAI.BadRequestError && error.param === "n");
console.log(`openai: generate, url, stream (${events.join(", ")}), edit, variation, models, error`);
