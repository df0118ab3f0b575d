import { useEffect, useState } from 'react';
import type { Job } from '../core/api/dto';
import { curvesOf, pathOf, withPoint, type Curve } from '../core/train';
import { api, onJobEvent } from '../parts/studio';
import { strings } from '../strings.en';

const WIDTH = 600, HEIGHT = 120;

/** What a run has measured, as it goes on. */
export function Curves({ job }: { readonly job: Job }) {
  const [curves, setCurves] = useState<readonly Curve[]>([]);
  useEffect(() => { api.measures(job.id).then((lines) => setCurves(curvesOf(lines)), () => setCurves([])); }, [job.id, job.state]);
  useEffect(() => onJobEvent((event) => {
    if (event.type !== 'loss' || event.jobId !== job.id) return;
    const { step, loss: value } = event;
    setCurves((old) => {
      const [first, ...others] = old[0]?.name === 'loss' ? old : [{ name: 'loss', points: [] }, ...old];
      return [{ name: 'loss', points: withPoint(first?.points ?? [], { step, value }) }, ...others];
    });
  }), [job.id]);
  if (curves.length === 0) return <p className="muted">{strings.train.noLoss}</p>;
  return <div className="stack">{curves.slice(0, 6).map((curve) => <CurvePicture key={curve.name} curve={curve} />)}</div>;
}

function CurvePicture({ curve: { name, points } }: { readonly curve: Curve }) {
  const last = points.at(-1)?.value ?? 0, shown = strings.train.last(last.toPrecision(4));
  return (
    <figure className="curve">
      <figcaption className="small muted">{strings.train.loss(name)} · {shown}</figcaption>
      <svg viewBox={`-2 -2 ${WIDTH + 4} ${HEIGHT + 4}`} role="img" aria-label={`${strings.train.loss(name)}, ${shown}`} preserveAspectRatio="none">
        <path d={pathOf(points, WIDTH, HEIGHT)} />
      </svg>
    </figure>
  );
}
