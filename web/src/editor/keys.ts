import { useEffect } from 'react';
import { copied, pasted, type Fragment } from '../core/graph/changes';
import { modes, nodeOf, type Mode } from '../core/graph/graph';
import { redo, undo } from '../core/history';
import { startRun } from './running';
import { change, graphNow, history, replace } from './state';

const TYPE = 'application/x-pareidolia-nodes';
const APART = { x: 40, y: 40 };

export interface Chosen {
  readonly nodes: readonly string[];
  readonly choose: (ids: readonly string[]) => void;
  readonly group: () => void;
}

/** The keys that everyone's fingers know from other editors. Typing in a field stays typing. */
export function useKeys({ nodes, choose, group }: Chosen): void {
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || (isTyping(event.target) && event.key !== 'Enter')) return;
      const act = actions(nodes, group)[`${event.shiftKey ? 'shift ' : ''}${event.key.toLowerCase()}`];
      if (!act) return;
      event.preventDefault();
      act();
    };
    const copy = (event: ClipboardEvent) => {
      if (isTyping(event.target) || nodes.length === 0) return;
      event.preventDefault();
      event.clipboardData?.setData(TYPE, JSON.stringify(copied(graphNow(), nodes)));
      if (event.type === 'cut') change({ do: 'remove', ids: nodes });
    };
    const paste = (event: ClipboardEvent) => {
      const text = isTyping(event.target) ? '' : event.clipboardData?.getData(TYPE) ?? '';
      if (!text) return;
      event.preventDefault();
      const { graph, ids } = pasted(graphNow(), JSON.parse(text) as Fragment, APART);
      choose(ids);
      replace(graph);
    };
    const listeners = { keydown: keyDown, copy, cut: copy, paste } as Record<string, EventListener | ((event: never) => void)>;
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener as EventListener);
    return () => { for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener as EventListener); };
  }, [nodes, choose, group]);
}

const actions = (nodes: readonly string[], group: () => void): Record<string, () => void> => ({
  z: () => history.update(undo),
  'shift z': () => history.update(redo),
  y: () => history.update(redo),
  m: () => toggle(nodes, modes.muted),
  b: () => toggle(nodes, modes.bypassed),
  g: group,
  enter: () => void startRun(),
});

/** Mutes or bypasses; a second time takes it back. */
export function toggle(nodes: readonly string[], mode: Mode): void {
  if (nodes.length === 0) return;
  const all = nodes.every((id) => nodeOf(graphNow(), id)?.mode === mode);
  change({ do: 'mode', ids: nodes, mode: all ? modes.active : mode });
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
