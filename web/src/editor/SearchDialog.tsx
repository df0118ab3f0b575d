import { useState, type KeyboardEvent } from 'react';
import type { NodeKind, NodeKinds } from '../core/graph/nodeKind';
import { search, type Wanted } from '../core/graph/search';
import { Dialog } from '../parts/Dialog';
import { Field } from '../parts/fields';
import { strings } from '../strings.en';

interface Props {
  readonly kinds: NodeKinds;
  readonly wanted: Wanted | null;
  readonly onChoose: (kind: NodeKind) => void;
  readonly onClose: () => void;
}

/** Finds a node by its name, its title or its category. */
export function SearchDialog({ kinds, wanted, onChoose, onClose }: Props) {
  const [text, setText] = useState(''), [at, setAt] = useState(0);
  const found = search(kinds, text, wanted), chosen = Math.min(at, found.length - 1);
  const keyDown = (event: KeyboardEvent) => {
    const kind = found[chosen];
    if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
    else if (event.key === 'Enter' && kind) onChoose(kind);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={strings.graph.searchTitle} onClose={onClose}>
      <Field label={strings.graph.search}>
        <input autoFocus value={text} role="combobox" aria-expanded="true" aria-controls="found-nodes" aria-activedescendant={found[chosen] ? `found-${chosen}` : undefined}
          onChange={(e) => { setText(e.target.value); setAt(0); }} onKeyDown={keyDown} />
      </Field>
      {wanted && <p className="small muted">{strings.graph.wanted[wanted.side](wanted.type)}</p>}
      <ul className="found" id="found-nodes" role="listbox" aria-label={strings.graph.searchTitle}>
        {found.map((kind, i) => (
          <li key={kind.name} id={`found-${i}`} role="option" aria-selected={i === chosen} onClick={() => onChoose(kind)}>
            <strong>{kind.title}</strong> <span className="small muted">{kind.category}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
