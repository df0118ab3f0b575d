import { useContext } from 'react';
import { sourcesOf, type Source } from '../core/graph/changes';
import { inputsOf, linkInto, type Graph, type GraphNode } from '../core/graph/graph';
import type { NodeKinds } from '../core/graph/nodeKind';
import { SelectField } from '../parts/fields';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { change, history, KindsOf } from './state';

/** The links into a node as lists to choose from, for those who cannot pull them. */
export function LinkFields({ node }: { readonly node: GraphNode }) {
  const kinds = useContext(KindsOf), { present: graph } = useStore(history);
  const inputs = inputsOf(node, kinds).map(({ name }) => ({ name, sources: sourcesOf(graph, kinds, node.id, name) })).filter(({ sources }) => sources.length > 0);
  if (inputs.length === 0) return null;
  return (
    <details className="links nodrag nopan nowheel nokey">
      <summary>{strings.graph.links}</summary>
      {inputs.map(({ name, sources }) => <LinkField key={name} graph={graph} kinds={kinds} node={node} input={name} sources={sources} />)}
    </details>
  );
}

interface Props {
  readonly graph: Graph;
  readonly kinds: NodeKinds;
  readonly node: GraphNode;
  readonly input: string;
  readonly sources: readonly Source[];
}

function LinkField({ graph, kinds, node: { id: to }, input, sources }: Props) {
  const link = linkInto(graph, to, input);
  const choose = (value: string | null) => {
    const source = sources.find((candidate) => keyOf(candidate) === value);
    if (source) change({ do: 'connect', link: { from: source.from, output: source.output, to, input } });
    else if (link) change({ do: 'disconnect', ids: [link.id] });
  };
  return (
    <SelectField label={strings.graph.linkFrom(input)} value={link ? keyOf(link) : null} nothing={strings.graph.noLink} onChange={choose}
      choices={sources.map((source) => ({ value: keyOf(source), label: strings.graph.source(nameOf(source, kinds), source.socket.name) }))} />
  );
}

const keyOf = ({ from, output }: { readonly from: string; readonly output: number }): string => `${from} ${output}`;

// Two nodes of a kind have the same title: their numbers tell them apart.
const nameOf = ({ node }: Source, kinds: NodeKinds): string => `${node.title ?? kinds.get(node.type)?.title ?? node.type} ${node.id}`;
