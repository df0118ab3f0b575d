import type { InputKind, NodeKind, NodeKinds } from './nodeKind';

const text: InputKind = {
  name: 'text', type: 'STRING', required: false, tooltip: '',
  widget: { kind: 'text', start: '', multiline: true, uploads: false, isSeed: false },
};

const note = (name: string, title: string): NodeKind =>
  ({ name, title, category: 'utils', description: '', isOutput: false, inputs: [text], outputs: [] });

/** Nodes of ComfyUI's page alone: the server never sees them. A reroute passes on, a primitive holds a value for others, a note is read. */
export const virtualKinds: NodeKinds = new Map(
  [
    note('Note', 'Note'),
    note('MarkdownNote', 'Markdown note'),
    { name: 'Reroute', title: 'Reroute', category: 'utils', description: '', isOutput: false, inputs: [], outputs: [] },
    { name: 'PrimitiveNode', title: 'Primitive', category: 'utils', description: '', isOutput: false, inputs: [], outputs: [] },
  ].map((kind) => [kind.name, kind]),
);

export const isVirtual = (type: string): boolean => virtualKinds.has(type);
export const isNote = (type: string): boolean => type === 'Note' || type === 'MarkdownNote';
