import type {
  Forecast, Job, JobKind, JobState, Measures, Model, Named, Page, Picture, Recipe, Session, Settings, SettingsOf, Tokens, TokensAsked, TrainingData, Upload, Upscalers,
} from './dto';
import type { Lesson } from '../learn/lessons';
import { request, type Call, type Send } from './request';

export interface PictureQuery {
  readonly q?: string;
  readonly favourite?: boolean;
  readonly model?: string;
  readonly sampler?: string;
  readonly deleted?: boolean;
  readonly cursor?: string | null;
  readonly limit?: number;
}

export interface JobQuery {
  readonly state?: JobState;
  readonly kind?: string;
  readonly cursor?: string | null | undefined;
  readonly limit?: number;
}

const MOST_ON_A_PAGE = 500;

/** Our own HTTP API. `send` is `fetch`, or what a test puts in its place. */
export class Api {
  constructor(private readonly send: Send, private readonly root = 'api/v1') {}

  submit(kind: JobKind, settings: object, key: string = newKey()): Promise<Job> {
    return this.call('jobs', { method: 'POST', json: { kind, ...settings }, headers: { 'idempotency-key': key } });
  }

  jobs(query: JobQuery = {}): Promise<Page<Job>> {
    return this.call(`jobs${queryOf({ ...query })}`);
  }

  /** All jobs of a state, page after page. */
  async jobsOf(state: JobState): Promise<readonly Job[]> {
    const all: Job[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Page<Job> = await this.jobs({ state, limit: MOST_ON_A_PAGE, cursor });
      all.push(...page.items);
      cursor = page.nextCursor;
    }
    return all;
  }

  job(id: string): Promise<Job> {
    return this.call(`jobs/${id}`);
  }

  act(id: string, action: 'cancel' | 'pause' | 'resume' | 'retry'): Promise<Job> {
    return this.call(`jobs/${id}/${action}`, { method: 'POST' });
  }

  moveBefore(id: string, beforeJob: string): Promise<Job> {
    return this.call(`jobs/${id}`, { method: 'PATCH', json: { beforeJob } });
  }

  pictures(query: PictureQuery): Promise<Page<Picture>> {
    return this.call(`pictures${queryOf({ ...query })}`);
  }

  picture(id: string): Promise<Picture> {
    return this.call(`pictures/${id}`);
  }

  film(id: string): Promise<{ frames: string[] }> {
    return this.call(`pictures/${id}/film`);
  }

  setFavourite(id: string, favourite: boolean): Promise<Picture> {
    return this.call(`pictures/${id}`, { method: 'PATCH', json: { favourite } });
  }

  remove(id: string): Promise<void> {
    return this.call(`pictures/${id}`, { method: 'DELETE' });
  }

  /** Removes a picture that is deleted for good. */
  purge(id: string): Promise<void> {
    return this.call(`pictures/${id}?deleted=true`, { method: 'DELETE' });
  }

  restore(id: string): Promise<Picture> {
    return this.call(`pictures/${id}/restore`, { method: 'POST' });
  }

  explain(id: string): Promise<Job> {
    return this.call(`pictures/${id}/explain`, { method: 'POST' });
  }

  explanation<T>(id: string): Promise<T> {
    return this.call(`pictures/${id}/explain`);
  }

  models(): Promise<readonly Model[]> {
    return this.call('models');
  }

  samplers(): Promise<readonly Named[]> {
    return this.call('samplers');
  }

  schedules(): Promise<readonly Named[]> {
    return this.call('schedules');
  }

  loras(): Promise<readonly string[]> {
    return this.call('loras');
  }

  controlNets(): Promise<readonly string[]> {
    return this.call('controlnets');
  }

  upscalers(): Promise<Upscalers> {
    return this.call('upscalers');
  }

  recipes(): Promise<readonly Recipe[]> {
    return this.call('recipes');
  }

  trainingData(): Promise<readonly TrainingData[]> {
    return this.call('data');
  }

  lessons(): Promise<readonly Lesson[]> {
    return this.call('learn');
  }

  measures(id: string): Promise<readonly Measures[]> {
    return this.call(`jobs/${id}/metrics`);
  }

  /** Where the newest sample of a training is. */
  sampleUrl(id: string): string {
    return `${this.root}/jobs/${id}/sample`;
  }

  forecast(settings: Settings, signal?: AbortSignal): Promise<Forecast> {
    return this.call('forecast', { method: 'POST', json: settings, ...(signal ? { signal } : {}) });
  }

  tokens(asked: TokensAsked, signal?: AbortSignal): Promise<Tokens> {
    return this.call('tokens', { method: 'POST', json: asked, ...(signal ? { signal } : {}) });
  }

  upload(bytes: Blob): Promise<Upload> {
    return this.call('uploads', { method: 'POST', bytes });
  }

  settingsOf(bytes: Blob): Promise<SettingsOf> {
    return this.call('settings-of', { method: 'POST', bytes });
  }

  session(): Promise<Session> {
    return this.call('session');
  }

  signIn(user: string, password: string): Promise<Session> {
    return this.call('session', { method: 'POST', json: { user, password } });
  }

  signOut(): Promise<void> {
    return this.call('session', { method: 'DELETE' });
  }

  call<T>(path: string, call: Call = {}): Promise<T> {
    return request<T>(this.send, `${this.root}/${path}`, call);
  }
}

/** A name for a request, so that a repeated one makes no second job. Works without https, where `randomUUID` is missing. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export function queryOf(values: Record<string, unknown>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
