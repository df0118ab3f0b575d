import { inputsOf, linkInto, modes, nodeOf, outputsOf, type Graph, type GraphNode } from './graph';
import { fits, type NodeKinds } from './nodeKind';
import { isVirtual } from './virtual';

export interface PromptNode {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly _meta: { readonly title: string };
}

/** What `/prompt` runs: nodes by id, each input a value or [node, output]. */
export type Prompt = Readonly<Record<string, PromptNode>>;

/** The graph as it runs: muted nodes are gone, bypassed ones and reroutes passed through. */
export function toPrompt(graph: Graph, kinds: NodeKinds): Prompt {
  const runs = graph.nodes.filter((node) => node.mode === modes.active && !isVirtual(node.type));
  return Object.fromEntries(runs.map((node) => [node.id, promptNode(node, graph, kinds)]));
}

function promptNode(node: GraphNode, graph: Graph, kinds: NodeKinds): PromptNode {
  const inputs = inputsOf(node, kinds).flatMap(({ name, kind }) => {
    const given = sourceOf(graph, kinds, node.id, name);
    if (given !== undefined) return [[name, given]];
    return kind?.widget ? [[name, valueOf(node.values[name] ?? kind.widget.start)]] : [];
  });
  return {
    class_type: node.type,
    inputs: Object.fromEntries(inputs) as Record<string, unknown>,
    _meta: { title: node.title ?? kinds.get(node.type)?.title ?? node.type },
  };
}

// A list would be taken for a link.
const valueOf = (value: unknown): unknown => (Array.isArray(value) ? { __value__: value } : value);

// Where an input's value comes from: [node, output], or the value of a primitive; undefined where nothing reaches it.
function sourceOf(graph: Graph, kinds: NodeKinds, to: string, input: string, seen: ReadonlySet<string> = new Set()): unknown {
  const link = linkInto(graph, to, input), source = link && nodeOf(graph, link.from);
  if (!link || !source || seen.has(source.id) || source.mode === modes.muted) return undefined;
  if (source.type === 'PrimitiveNode') return primitive(source);
  const passes = source.mode === modes.bypassed || source.type === 'Reroute';
  if (!passes) return [source.id, link.output];
  const through = passedInput(source, link.output, kinds);
  return through === undefined ? undefined : sourceOf(graph, kinds, source.id, through, new Set([...seen, source.id]));
}

const primitive = (node: GraphNode): unknown => {
  const values = node.unknown?.values;
  return Array.isArray(values) ? (values as unknown[])[0] : undefined;
};

// The input of a bypassed node that has its output's type: the one with the same number first, as ComfyUI does.
function passedInput(node: GraphNode, output: number, kinds: NodeKinds): string | undefined {
  const inputs = inputsOf(node, kinds), type = outputsOf(node, kinds)[output]?.type;
  if (node.type === 'Reroute') return inputs[0]?.name;
  const same = inputs.filter((input) => type !== undefined && fits(type, input.type));
  return (same.find((input) => input === inputs[output]) ?? same[0])?.name;
}
