import { strings } from '../../strings.en';
import type { InputKind, NodeKind, NodeKinds } from './nodeKind';

const text: InputKind = {
  name: 'text', type: 'STRING', required: false, tooltip: '',
  widget: { kind: 'text', start: '', multiline: true, uploads: false, isSeed: false },
};

const virtual = (name: keyof typeof strings.graph.virtual, ...inputs: InputKind[]): NodeKind =>
  ({ name, inputs, title: strings.graph.virtual[name], category: 'utils', description: '', isOutput: false, outputs: [] });

/** Nodes of ComfyUI's page alone: the server never sees them. A reroute passes on, a primitive holds a value for others, a note is read. */
export const virtualKinds: NodeKinds = new Map(
  [virtual('Note', text), virtual('MarkdownNote', text), virtual('Reroute'), virtual('PrimitiveNode')].map((kind) => [kind.name, kind]),
);

export const isVirtual = (type: string): boolean => virtualKinds.has(type);
export const isNote = (type: string): boolean => type === 'Note' || type === 'MarkdownNote';
