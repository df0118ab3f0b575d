import { useEffect, useState } from 'react';
import type { Picture } from '../core/api/dto';
import type { Explanation as Report } from '../core/gallery/explanation';
import { isOver } from '../core/jobs';
import { JobProgress } from '../parts/JobProgress';
import { api, attempt, jobs } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';

/** The verdict on a picture: asked for once, then kept by the server. */
export function Explanation({ picture }: { readonly picture: Picture }) {
  const [report, setReport] = useState<Report | null>(null), [jobId, setJobId] = useState<string | null>(null);
  const job = useStore(jobs)[jobId ?? ''] ?? null, over = job !== null && isOver(job);
  useEffect(() => { api.explanation<Report>(picture.id).then(setReport, () => setReport(null)); }, [picture.id, over]);
  const ask = async () => setJobId((await attempt(() => api.explain(picture.id)))?.id ?? null);
  return (
    <section className="stack" aria-label={strings.explain.title}>
      <h3>{strings.explain.title}</h3>
      {report === null && job === null && <div><button onClick={() => void ask()}>{strings.explain.ask}</button></div>}
      {job && !over && <JobProgress job={job} />}
      {job?.error && <p className="bad">{job.error}</p>}
      {report && <Verdict report={report} />}
    </section>
  );
}

function Verdict({ report }: { readonly report: Report }) {
  const { words = [], nearest = [], whyNoWords, sameAsPicture } = report;
  return (
    <>
      {report.whole === null ? <p className="muted">{strings.explain.noClip}</p> : <Phrases whole={report.whole} phrases={report.phrases} />}
      {whyNoWords && <p className="muted">{strings.explain.noWords(whyNoWords)}</p>}
      {words.length > 0 && (
        <>
          <h4>{strings.explain.words}</h4>
          {sameAsPicture === false && <p className="small muted">{strings.explain.another}</p>}
          <div className="maps">
            {words.map(({ word, url }, i) => <figure key={i}><img src={url} alt={strings.explain.mapOf(word)} /><figcaption>{word}</figcaption></figure>)}
          </div>
        </>
      )}
      {nearest.length > 0 && (
        <>
          <h4>{strings.explain.nearest}</h4>
          <div className="maps">
            {nearest.map(({ url, caption, similarity }, i) => (
              <figure key={i}>{url && <img className="pixel" src={url} alt={caption} />}<figcaption>{caption} · {similarity.toFixed(2)}</figcaption></figure>
            ))}
          </div>
        </>
      )}
    </>
  );
}

const Phrases = ({ whole, phrases }: { readonly whole: number; readonly phrases: Report['phrases'] }) => (
  <div className="bars">
    {[{ phrase: strings.explain.whole, score: whole }, ...phrases].map(({ phrase, score }, i) => (
      <PhraseBar key={i} phrase={phrase} score={score} />
    ))}
  </div>
);

// How large a cosine is good differs from CLIP to CLIP: the phrases of one picture are to be compared with each other.
const PhraseBar = ({ phrase, score }: { readonly phrase: string; readonly score: number }) => (
  <>
    <span>{phrase}</span>
    <meter min={0} max={1} value={Math.max(0, score)} aria-label={phrase} />
    <span>{score.toFixed(2)}</span>
  </>
);
