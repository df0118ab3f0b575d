import { expect, test } from 'vitest';
import type { Job } from '../api/dto';
import { applyHistory, applyJob, applyMessage, noRun, previewOf, withPreview, type Run } from './run';

const told = (run: Run, ...messages: [type: string, data: Record<string, unknown>, now: number][]) =>
  messages.reduce((all, [type, data, now]) => applyMessage(all, type, { prompt_id: 'p', ...data }, now), run);
const started: Run = { ...noRun, promptId: 'p' };

test('each node has its time, its progress and its pictures', () => {
  const run = told(started,
    ['execution_cached', { nodes: ['1'] }, 0], ['executing', { node: '2' }, 1], ['progress', { node: '2', value: 3, max: 12 }, 2],
    ['executing', { node: '3' }, 4],
    ['executed', { node: '3', output: { images: [{ filename: 'a b.png', subfolder: '', type: 'output' }] } }, 5],
    ['executing', { node: null }, 6], ['execution_success', {}, 6]);
  expect(run.nodes['1']).toMatchObject({ state: 'cached', seconds: 0 });
  expect(run.nodes['2']).toMatchObject({ state: 'done', seconds: 3, value: 3, max: 12 });
  expect(run.nodes['3']).toMatchObject({ state: 'done', seconds: 2, pictures: ['view?filename=a+b.png&subfolder=&type=output'] });
  expect(run.over).toBe('done');
});

test('an error belongs to its node', () => {
  const run = told(started, ['executing', { node: '2' }, 1], ['execution_error', { node_id: '2', exception_message: 'Too large.' }, 2]);
  expect(run).toMatchObject({ over: 'failed', error: { node: '2', sentence: 'Too large.' }, nodes: { '2': { state: 'failed' } } });
});

test('what others run says nothing, but how many wait', () => {
  const run = told(started, ['executing', { node: '2', prompt_id: 'other' }, 1], ['status', { status: { exec_info: { queue_remaining: 3 } } }, 1]);
  expect(run).toEqual({ ...started, waiting: 3 });
});

test('a run that ended unheard is told by the history', () => {
  const images = [{ filename: 'a.png', subfolder: '', type: 'output' }], running = told(started, ['executing', { node: '2' }, 1]);
  const run = applyHistory(running, {
    outputs: { '9': { images } },
    status: { status_str: 'success', messages: [['execution_cached', { prompt_id: 'p', nodes: ['4'] }], ['execution_success', { prompt_id: 'p' }]] },
  }, 3);
  expect(run).toMatchObject({ over: 'done', nodes: { '2': { state: 'done', seconds: 2 }, '4': { state: 'cached' }, '9': { state: 'done' } } });
  expect(run.nodes['9']?.pictures).toEqual(['view?filename=a.png&subfolder=&type=output']);
  const cancelled = { status: { status_str: 'error', messages: [['execution_interrupted', { prompt_id: 'p' }] as const] } };
  expect(applyHistory(started, cancelled, 3).over).toBe('interrupted');
  expect(applyHistory(started, {}, 3).over).toBe('failed');
});

test('a run without a history ends with its job', () => {
  const job = (state: string, error: string | null = null) => ({ state, error }) as Job;
  expect([applyJob(started, job('cancelled'), 1).over, applyJob(started, job('done'), 1).over]).toEqual(['interrupted', 'done']);
  expect(applyJob(started, job('failed', 'Too large.'), 1)).toMatchObject({ over: 'failed', error: { sentence: 'Too large.' } });
});

test('previews: with a name, and without one for the node that runs', () => {
  const header = new TextEncoder().encode('{"node_id":"2","image_type":"image/png"}');
  const bytes = new Uint8Array([0, 0, 0, 4, 0, 0, 0, header.length, ...header, 7, 8]);
  const named = previewOf(bytes.buffer);
  expect([named?.node, named?.mime, [...new Uint8Array(named!.picture)]]).toEqual(['2', 'image/png', [7, 8]]);
  expect(previewOf(new Uint8Array([0, 0, 0, 1, 0, 0, 0, 1, 9]).buffer)).toMatchObject({ node: null, mime: 'image/jpeg' });
  expect(previewOf(new Uint8Array([0, 0, 0, 3, 0, 0, 0, 1, 9]).buffer)).toBeNull();
  const running = told(started, ['executing', { node: '2' }, 1]);
  expect(withPreview(running, null, 'blob:1', 2).nodes['2']?.previewUrl).toBe('blob:1');
});
