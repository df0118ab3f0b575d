import { useState } from 'react';
import type { Job } from '../core/api/dto';
import { isOver } from '../core/jobs';
import type { Lesson } from '../core/learn/lessons';
import { SelectField } from '../parts/fields';
import { JobProgress } from '../parts/JobProgress';
import { jobs } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';

/** What a lesson has asked of its network. */
export interface Run {
  readonly job: Job | null;
  readonly busy: boolean;
  readonly begin: (submitted: Promise<Job | undefined>) => Promise<void>;
}

/** The newest run of a lesson. */
export function useRun(): Run {
  const [jobId, setJobId] = useState<string | null>(null), job = useStore(jobs)[jobId ?? ''] ?? null;
  return { job, busy: job !== null && !isOver(job), begin: async (submitted) => setJobId((await submitted)?.id ?? null) };
}

interface RunRowProps {
  readonly run: Run;
  readonly ready: boolean;
  readonly onAsk: () => void;
}

/** Asks the network, and shows how far it is. */
export const RunRow = ({ run: { job, busy }, ready, onAsk }: RunRowProps) => (
  <>
    <div><button className="primary" disabled={!ready || busy} onClick={onAsk}>{strings.learn.ask}</button></div>
    {job && <JobProgress job={job} />}
    {job?.error && <p className="bad">{job.error}</p>}
  </>
);

interface ModelProps {
  readonly lesson: Lesson;
  readonly model: string | null;
  readonly onChange: (model: string | null) => void;
}

/** Which of several trained models is asked. */
export const ModelField = ({ lesson: { models }, model, onChange }: ModelProps) =>
  models.length < 2 ? null
    : <SelectField label={strings.create.model} value={model ?? models[0] ?? null} choices={models.map((name) => ({ value: name, label: name }))} onChange={onChange} />;
