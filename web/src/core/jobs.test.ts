import { expect, test } from 'vitest';
import type { Job, JobState, Picture } from './api/dto';
import { eventOf, listen } from './api/eventStream';
import { applyJobEvent, inOrder, isOfUnknown, movesQueue, shareDone, withJobs, withPlaces, type JobEvent } from './jobs';

const job = (id: string, state: JobState, more: Partial<Job> = {}): Job => ({
  id, state, kind: 'generate', priority: 0, position: null, createdAt: id, startedAt: null, endedAt: null, progress: null,
  settings: {}, pictures: [], error: null, ...more,
});
const progress = { step: 3, steps: 12, etaSeconds: 4, image: 1, images: 4, previewUrl: null };

test('a job as its events tell it', () => {
  const events: JobEvent[] = [
    { type: 'job', job: job('a', 'queued') },
    { type: 'progress', jobId: 'a', progress },
    { type: 'preview', jobId: 'a', url: 'p1' },
    { type: 'progress', jobId: 'a', progress: { ...progress, step: 4 } },
    { type: 'picture', jobId: 'a', picture: { id: 'x' } as Picture },
    { type: 'picture', jobId: 'a', picture: { id: 'x' } as Picture },
  ];
  const told = events.reduce(applyJobEvent, {})['a'];
  expect(told?.progress).toEqual({ ...progress, step: 4, previewUrl: 'p1' });
  expect(told?.pictures).toHaveLength(1);
});

test('events of a job that nobody knows change nothing', () => {
  const jobs = {};
  expect(applyJobEvent(jobs, { type: 'preview', jobId: 'a', url: '' })).toBe(jobs);
});

test('the queue in its order', () => {
  const jobs = withJobs({}, [
    job('a', 'done', { endedAt: '1' }), job('b', 'queued', { position: 2 }), job('c', 'running'), job('d', 'paused', { position: 1 }),
    job('e', 'failed', { endedAt: '2' }),
  ]);
  const { running, waiting, over } = inOrder(jobs);
  expect([running, waiting, over].map((part) => part.map(({ id }) => id).join(''))).toEqual(['c', 'db', 'ea']);
});

test('a job that comes into the queue or leaves it moves the others', () => {
  const jobs = withJobs({}, [job('a', 'queued'), job('b', 'running')]);
  const moves = (state: JobState, id: string) => movesQueue(jobs, { type: 'job', job: job(id, state) });
  expect([moves('queued', 'a'), moves('running', 'a'), moves('cancelled', 'a'), moves('done', 'b'), moves('queued', 'c'), moves('running', 'c')])
    .toEqual([false, true, true, false, true, false]);
});

test('places are the server\'s, states those that events told', () => {
  const jobs = withJobs({}, [job('a', 'queued', { position: 7 }), job('b', 'running'), job('c', 'queued', { position: 2 })]);
  const placed = withPlaces(jobs, [job('a', 'queued', { position: 0 }), job('b', 'queued', { position: 1 }), job('c', 'queued', { position: 2 }), job('d', 'queued', { position: 1 })]);
  const { running, waiting } = inOrder(placed);
  expect([running, waiting].map((part) => part.map(({ id }) => id).join(''))).toEqual(['b', 'adc']);
});

test('what happens to a job that nobody knows asks for it', () => {
  const jobs = withJobs({}, [job('a', 'running')]);
  expect(isOfUnknown(jobs, { type: 'progress', jobId: 'a', progress })).toBe(false);
  expect(isOfUnknown(jobs, { type: 'progress', jobId: 'b', progress })).toBe(true);
  expect(isOfUnknown(jobs, { type: 'job', job: job('b', 'queued') })).toBe(false);
});

test('the share counts the pictures before', () => {
  expect(shareDone({ ...progress, image: 2, step: 6 })).toBeCloseTo((2 + 0.5) / 4);
  expect(shareDone({ ...progress, image: 0, step: 6, together: 4 })).toBeCloseTo(0.5);
  expect(shareDone(null)).toBe(0);
  expect(shareDone({ ...progress, image: 4, step: 12 })).toBe(1);
});

test('the stream becomes events, and asks anew when it opens again', () => {
  const listeners: Record<string, (event: { data?: string }) => void> = {};
  const heard: unknown[] = [];
  const close = listen(
    { addEventListener: (type, listener) => { listeners[type] = listener; }, close: () => heard.push('closed') },
    { event: (event) => heard.push(event), open: () => heard.push('open'), lost: () => heard.push('lost') },
  );
  listeners['open']?.({});
  listeners['preview']?.({ data: '{"jobId":"a","url":"u"}' });
  listeners['error']?.({});
  close();
  expect(heard).toEqual(['open', { type: 'preview', jobId: 'a', url: 'u' }, 'lost', 'closed']);
});

test('an event that is no job is none', () => expect(eventOf('done', {})).toBeNull());
