import { useEffect, useState, type ReactNode } from 'react';
import type { GalleryQuery } from '../core/gallery/gallery';
import { CheckField, Field, SelectField } from '../parts/fields';
import { names } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';

interface Props {
  readonly query: GalleryQuery;
  readonly onChange: (query: GalleryQuery) => void;
  /** What stands behind them. */
  readonly children?: ReactNode;
}

const PATIENCE = 300;

export function Filters({ query, onChange, children }: Props) {
  const { models, samplers } = useStore(names), [words, setWords] = useState(query.q);
  useEffect(() => {
    if (words === query.q) return;
    const timer = setTimeout(() => onChange({ ...query, q: words }), PATIENCE);
    return () => clearTimeout(timer);
  }, [words, query, onChange]);
  const choices = (named: readonly { readonly name: string; readonly label?: string }[]) => named.map(({ name, label }) => ({ value: name, label: label ?? name }));
  return (
    <div className="filters" role="search">
      <Field label={strings.gallery.search}>
        <input type="search" value={words} placeholder={strings.gallery.searchExample} onChange={(e) => setWords(e.target.value)} />
      </Field>
      <SelectField label={strings.create.model} value={query.model} nothing={strings.gallery.any} choices={choices(models)} onChange={(model) => onChange({ ...query, model: model ?? '' })} />
      <SelectField label={strings.create.sampler} value={query.sampler} nothing={strings.gallery.any} choices={choices(samplers)} onChange={(sampler) => onChange({ ...query, sampler: sampler ?? '' })} />
      <CheckField label={strings.gallery.favourites} value={query.favourite} onChange={(favourite) => onChange({ ...query, favourite })} />
      {children}
    </div>
  );
}
