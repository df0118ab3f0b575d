import { useEffect, useState } from 'react';
import type { Job, Recipe, TrainingData } from '../core/api/dto';
import { inOrder } from '../core/jobs';
import { act, CancelButton } from '../parts/CancelButton';
import { SelectField } from '../parts/fields';
import { JobProgress, JobStateLabel } from '../parts/JobProgress';
import { api, attempt, jobs, submit } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { Curves } from './Curves';

/** Begins a training, and watches those that are there. */
export function TrainView() {
  const { running, waiting, over } = inOrder(useStore(jobs)), runs = [...running, ...waiting, ...over].filter((job) => job.kind === 'train');
  return (
    <div className="view stack">
      <h1>{strings.train.title}</h1>
      <StartPanel />
      <h2>{strings.train.runs}</h2>
      {runs.length === 0 && <p className="muted">{strings.train.noRuns}</p>}
      {runs.map((job) => <RunCard key={job.id} job={job} />)}
    </div>
  );
}

function StartPanel() {
  const [recipes, setRecipes] = useState<readonly Recipe[] | null>(null), [name, setName] = useState<string | null>(null);
  const [folders, setFolders] = useState<readonly TrainingData[]>([]), [id, setId] = useState<string | null>(null);
  useEffect(() => void attempt(() => api.recipes()).then((found) => setRecipes(found ?? [])), []);
  useEffect(() => void attempt(() => api.trainingData()).then((found) => setFolders(found ?? [])), []);
  if (recipes === null) return <p className="muted">{strings.loading}</p>;
  const chosen = recipes.find((recipe) => recipe.name === name) ?? recipes[0], data = folders.find((folder) => folder.id === id) ?? folders[0];
  if (!chosen) return <p className="muted">{strings.train.none}</p>;
  return (
    <section className="panel stack" aria-label={strings.train.begin}>
      <SelectField label={strings.train.recipe} value={chosen.name} choices={recipes.map((recipe) => ({ value: recipe.name, label: recipe.name }))} onChange={setName} />
      {data
        ? <SelectField label={strings.train.data} hint={strings.train.inside(data.contents)} value={data.id} choices={folders.map((folder) => ({ value: folder.id, label: folder.id }))} onChange={setId} />
        : <p className="muted">{strings.train.noData}</p>}
      {data && <p className="small muted">{strings.train.inside(data.contents)}</p>}
      <div className="row spread">
        <span className="muted">{strings.train.about(chosen.kind, chosen.steps, chosen.batch)}</span>
        <button className="primary" onClick={() => void submit('train', { recipe: chosen.name, ...(data ? { data: data.id } : {}) })}>{strings.train.start}</button>
      </div>
    </section>
  );
}

function RunCard({ job }: { readonly job: Job }) {
  const name = job.settings.recipe ?? job.id;
  return (
    <article className="panel stack" aria-label={name}>
      <div className="row">
        <strong className="grow">{name}</strong>
        <JobStateLabel job={job} />
        {(job.state === 'running' || job.state === 'queued') && <button onClick={() => void act(job, 'pause')}>{strings.train.stop}</button>}
        {job.state === 'paused' && <button onClick={() => void act(job, 'resume')}>{strings.jobs.resume}</button>}
        {(job.state === 'failed' || job.state === 'cancelled') && <button onClick={() => void act(job, 'retry')}>{strings.jobs.retry}</button>}
        <CancelButton job={job} />
      </div>
      {job.error && <p className="bad">{job.error}</p>}
      <JobProgress job={job} />
      <div className="detail">
        <Curves job={job} />
        <Samples key={job.state} job={job} />
      </div>
    </article>
  );
}

/** What the network draws so far; of a run that does not go on, what it drew last, where it has drawn anything. */
function Samples({ job }: { readonly job: Job }) {
  const url = job.progress?.previewUrl ?? (job.startedAt && job.state !== 'running' ? api.sampleUrl(job.id) : null), [missing, setMissing] = useState<string | null>(null);
  return url && url !== missing ? <img className="pixel" src={url} alt={strings.train.samples} onError={() => setMissing(url)} /> : null;
}
