import { Api } from '../core/api/api';
import { Comfy } from '../core/api/comfy';
import type { Job, JobKind, Model, Named, Picture, Session, Settings, Upscalers } from '../core/api/dto';
import { listen } from '../core/api/eventStream';
import { Problem } from '../core/api/request';
import { bestUpscaler, emptyForm, ownSettings, startingFrom, withSettings, type Form, type InitPicture } from '../core/create/form';
import { applyJobEvent, isOfUnknown, movesQueue, withJobs, withPlaces, type JobEvent, type Jobs } from '../core/jobs';
import { hashOf } from '../core/route';
import { createStore } from '../core/store';
import { strings } from '../strings.en';
import { complain } from './toasts';

/** What every view shares: the server, and what is known of it. */
export interface Names {
  readonly models: readonly Model[];
  readonly samplers: readonly Named[];
  readonly schedules: readonly Named[];
  readonly loras: readonly string[];
  readonly controlNets: readonly string[];
  readonly upscalers: Upscalers;
}

const send: typeof fetch = (input, init) => fetch(input, init);
export const api = new Api(send);
export const comfy = new Comfy(send);

export const session = createStore<Session | null>(null);
export const names = createStore<Names>({ models: [], samplers: [], schedules: [], loras: [], controlNets: [], upscalers: { pictures: [], hires: [] } });
export const jobs = createStore<Jobs>({});
export const connected = createStore(true);
export const form = createStore<Form>(emptyForm);

type Heard = (event: JobEvent) => void;
const hearers = new Set<Heard>();

/** Hears each event of each job, until the function that it returns is called. */
export function onJobEvent(heard: Heard): () => void {
  hearers.add(heard);
  return () => hearers.delete(heard);
}

/** Begins to watch the server; called once somebody is known to it, or nobody needs to be. */
export function watch(): () => void {
  return listen(new EventSource('api/v1/events'), {
    event: (event) => {
      const before = jobs.get();
      if (isOfUnknown(before, event)) void meet(event.jobId);
      if (movesQueue(before, event)) queueSoon();
      jobs.update((all) => applyJobEvent(all, event));
      for (const heard of hearers) heard(event);
    },
    open: () => {
      connected.set(true);
      void catchUp();
    },
    lost: () => connected.set(false),
  });
}

// The newest, and all that is not over: of a long queue those in front are the oldest.
async function catchUp(): Promise<void> {
  await attempt(async () => {
    const [page, ...open] = await Promise.all([api.jobs({ limit: 200 }), api.jobsOf('queued'), api.jobsOf('paused'), api.jobsOf('running')]);
    jobs.update((all) => withJobs(all, [...page.items, ...open.flat()]));
  });
}

const asked = new Set<string>();

// A job that something happens to, and that was never told: each is asked for once at a time.
async function meet(id: string): Promise<void> {
  if (asked.has(id)) return;
  asked.add(id);
  const job = await api.job(id).catch(() => null);
  if (job) jobs.update((all) => (id in all ? all : withJobs(all, [job])));
  asked.delete(id);
}

const QUEUE_MS = 1000;
let queueTimer = 0;

// The places of all that wait change with one; many that change at once are asked for once.
function queueSoon(): void {
  if (queueTimer === 0) queueTimer = window.setTimeout(() => void placesAgain(), QUEUE_MS);
}

/** Asks where the jobs that wait are in the queue now. */
export async function placesAgain(): Promise<void> {
  clearTimeout(queueTimer);
  queueTimer = 0;
  const queued = await attempt(() => api.jobsOf('queued'));
  if (queued) jobs.update((all) => withPlaces(all, queued));
}

export async function loadNames(): Promise<void> {
  const [models, samplers, schedules, loras, controlNets, upscalers] =
    await Promise.all([api.models(), api.samplers(), api.schedules(), api.loras(), api.controlNets(), api.upscalers()]);
  names.set({ models, samplers, schedules, loras, controlNets, upscalers });
  form.update((old) => ({ ...old, model: models.some((model) => model.name === old.model) ? old.model : models[0]?.name ?? null }));
}

/** Does something that may be refused; a refusal is said, and a lost session asks for the password again. */
export async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) session.set({ user: null, roles: [], authRequired: true });
    else complain(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** Asks for pictures; the job is known at once. */
export const draw = (settings: Settings): Promise<Job | undefined> => submit('generate', settings);

/** Makes a picture twice as large. */
export function upscale(picture: Picture): Promise<Job | undefined> {
  const upscaler = bestUpscaler(names.get().upscalers.pictures);
  return submit('upscale', { picture: picture.id, scale: 2, ...(upscaler ? { upscaler } : {}) });
}

export async function submit(kind: JobKind, settings: object): Promise<Job | undefined> {
  return attempt(async () => {
    const job = await api.submit(kind, settings);
    // An event may have told more of it already.
    jobs.update((all) => (job.id in all ? all : withJobs(all, [job])));
    return job;
  });
}

/** Settings of a picture come into the form. A model that is not here is said, and the form's own stays. */
export function takeSettings(settings: Settings): void {
  const { model } = settings, known = !model || names.get().models.some(({ name }) => name === model);
  form.update((old) => withSettings(old, known ? settings : { ...settings, model: null }));
  if (!known) complain(strings.modelMissing(model));
  location.hash = hashOf('create');
}

/** The settings of a picture; where it comes from a graph, those that its file tells. */
export async function takeFrom(picture: Picture): Promise<void> {
  const own = ownSettings(picture) ?? (await attempt(async () => (await api.settingsOf(await (await send(picture.url)).blob())).settings));
  takeSettings(own ?? { prompt: picture.prompt, seed: picture.seed });
}

export function startFrom(picture: Picture | InitPicture): void {
  const { models } = names.get();
  form.update((old) => startingFrom(old, picture, models.find(({ name }) => name === old.model) ?? models[0] ?? null));
  location.hash = hashOf('create');
}
