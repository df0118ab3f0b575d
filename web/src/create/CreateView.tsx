import { useMemo, useState, type FormEvent } from 'react';
import { inOrder } from '../core/jobs';
import { settingsOf } from '../core/create/form';
import { cellsOf, MOST_CELLS } from '../core/create/xyz';
import { draw, form as formStore, jobs, names } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { useForecast } from './asking';
import { InitPanel } from './InitPanel';
import { JobCard } from './JobCard';
import { MorePanel } from './MorePanel';
import { PromptBox } from './PromptBox';
import { SettingsPanel } from './SettingsPanel';
import { XyzPanel } from './XyzPanel';

const RECENT = 12;

export function CreateView() {
  return (
    <div className="view create">
      <CreateForm />
      <Recent />
    </div>
  );
}

function CreateForm() {
  const form = useStore(formStore), { models } = useStore(names);
  const model = models.find((candidate) => candidate.name === form.model) ?? models[0] ?? null;
  const settings = useMemo(() => settingsOf(form, model), [form, model]);
  const forecast = useForecast(settings);
  const [sending, setSending] = useState(false);
  const ask = async (withGrid: boolean) => {
    setSending(true);
    await draw(settingsOf(form, model, withGrid));
    setSending(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void ask(false);
  };
  const cells = cellsOf(form.axes), blank = settings.prompt === '';
  return (
    // The server says what is wrong with a value; the browser would refuse good ones that are off a field's step.
    <form className="panel stack" aria-label={strings.create.title} noValidate onSubmit={submit}>
      <h1 className="hidden">{strings.create.title}</h1>
      <PromptBox settings={settings} onSubmit={() => { if (!blank) void ask(false); }} />
      <SettingsPanel model={model} />
      <InitPanel model={model} />
      <MorePanel />
      <XyzPanel />
      <div className="go">
        <button type="submit" className="primary" disabled={sending || blank}>{strings.create.draw(settings.count ?? 1)}</button>
        {cells > 1 && (
          <button type="button" disabled={sending || blank || cells > MOST_CELLS} onClick={() => void ask(true)}>{strings.create.drawGrid(cells)}</button>
        )}
      </div>
      {forecast && <p className={forecast.fits ? 'small muted' : 'small bad'}>{forecast.sentence}</p>}
    </form>
  );
}

function Recent() {
  const all = useStore(jobs);
  const { running, waiting, over } = inOrder(all);
  const shown = [...running, ...waiting, ...over].filter((job) => job.kind === 'generate' || job.kind === 'upscale').slice(0, RECENT);
  return (
    <section aria-label={strings.create.results}>
      {shown.length === 0 && <p className="muted">{strings.create.nothingYet}</p>}
      {shown.map((job) => <JobCard key={job.id} job={job} />)}
    </section>
  );
}
