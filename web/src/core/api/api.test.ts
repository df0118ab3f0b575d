import { describe, expect, test } from 'vitest';
import { Api, newKey, queryOf } from './api';
import { Comfy } from './comfy';
import { Problem } from './request';

interface Asked {
  readonly path: string;
  readonly init: RequestInit;
}

/** A server that answers the same to everything, and remembers what it was asked. */
function server(status: number, body: string, type = 'application/json') {
  const asked: Asked[] = [];
  const send = ((path: string, init: RequestInit) => {
    asked.push({ path, init });
    return Promise.resolve(new Response(status === 204 ? null : body, { status, statusText: 'Said', headers: { 'content-type': type } }));
  }) as typeof fetch;
  return { asked, send };
}

describe('our own API', () => {
  test('a job is submitted once, whatever the network does: it has a key', async () => {
    const { asked, send } = server(202, '{"id":"j"}');
    const api = new Api(send);
    expect(await api.submit('generate', { prompt: 'a' })).toEqual({ id: 'j' });
    await api.submit('generate', { prompt: 'a' });
    const keys = asked.map(({ init }) => (init.headers as Record<string, string>)['idempotency-key']);
    expect(asked[0]).toMatchObject({ path: 'api/v1/jobs', init: { method: 'POST', body: '{"kind":"generate","prompt":"a"}' } });
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[0]).not.toBe(keys[1]);
  });

  test('a refusal is the sentence of its problem', async () => {
    const { send } = server(400, '{"title":"Steps is 0; a number from 1 to 1000 is needed.","status":400}', 'application/problem+json');
    await expect(new Api(send).job('j')).rejects.toEqual(new Problem(400, 'Steps is 0; a number from 1 to 1000 is needed.'));
  });

  test("a proxy's page is no sentence", async () => {
    await expect(new Api(server(502, '<html>', 'text/html').send).job('j')).rejects.toThrow('The server answers 502 Said.');
  });

  test('a server that is gone is said', async () => {
    const gone = (() => Promise.reject(new TypeError('fetch failed'))) as typeof fetch;
    await expect(new Api(gone).session()).rejects.toThrow('The server does not answer: it may be stopped, or the network is down.');
  });

  test('an empty answer is none', async () => {
    expect(await new Api(server(204, '').send).remove('p')).toBeUndefined();
  });

  test('only what is asked for stands in the address', async () => {
    const { asked, send } = server(200, '{"items":[],"nextCursor":null}');
    await new Api(send).pictures({ q: 'a & b', model: '', cursor: null, limit: 5 });
    expect(asked[0]?.path).toBe('api/v1/pictures?q=a+%26+b&limit=5');
    expect(queryOf({})).toBe('');
  });

  test('what is deleted is listed, and removed for good, as such', async () => {
    const { asked, send } = server(204, '');
    const api = new Api(send);
    await api.pictures({ deleted: true });
    await api.purge('p');
    expect(asked).toMatchObject([{ path: 'api/v1/pictures?deleted=true' }, { path: 'api/v1/pictures/p?deleted=true', init: { method: 'DELETE' } }]);
  });

  test('all jobs of a state are asked for page after page', async () => {
    const pages = ['{"items":[{"id":"b"},{"id":"a"}],"nextCursor":"a"}', '{"items":[],"nextCursor":null}'], asked: string[] = [];
    const send = ((path: string) => Promise.resolve(new Response(pages[asked.push(path) - 1]))) as typeof fetch;
    expect(await new Api(send).jobsOf('queued')).toEqual([{ id: 'b' }, { id: 'a' }]);
    expect(asked).toEqual(['api/v1/jobs?state=queued&limit=500', 'api/v1/jobs?state=queued&limit=500&cursor=a']);
  });

  test('keys are never the same', () => expect(new Set(Array.from({ length: 100 }, newKey)).size).toBe(100));
});

describe("ComfyUI's API", () => {
  test('a graph that is accepted has an id', async () => {
    const { asked, send } = server(200, '{"prompt_id":"p","number":1,"node_errors":{}}');
    expect(await new Comfy(send).run({}, { nodes: [] }, 'me', 'p')).toEqual({ id: 'p' });
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({ prompt: {}, client_id: 'me', prompt_id: 'p', extra_data: { extra_pnginfo: { workflow: { nodes: [] } } } });
  });

  test('one that waits is taken out of the queue', async () => {
    const { asked, send } = server(200, '');
    await new Comfy(send).withdraw('p');
    expect(asked[0]).toMatchObject({ path: 'api/queue', init: { method: 'POST', body: '{"delete":["p"]}' } });
  });

  test('what one has come to is known once it is over', async () => {
    expect(await new Comfy(server(200, '{}').send).history('p')).toBeNull();
    expect(await new Comfy(server(200, '{"p":{"outputs":{}}}').send).history('p')).toEqual({ outputs: {} });
  });

  test('one that is refused says why, and at which node', async () => {
    const nodes = { '9': { class_type: 'SaveImage', errors: [{ type: 'required_input_missing', message: 'Required input is missing', details: 'images' }] } };
    const body = JSON.stringify({ error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' }, node_errors: nodes });
    expect(await new Comfy(server(400, body).send).run({}, null, 'me', 'p')).toEqual({ sentence: 'Prompt outputs failed validation', nodes });
  });
});
