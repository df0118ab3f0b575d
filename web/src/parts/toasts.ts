import { createStore } from '../core/store';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
  readonly action: { readonly label: string; readonly act: () => void } | null;
}

const SECONDS = 8;

export const toasts = createStore<readonly Toast[]>([]);
let last = 0;

export function say(text: string, action: Toast['action'] = null, bad = false): void {
  const id = ++last;
  toasts.update((all) => [...all.slice(-3), { id, text, bad, action }]);
  setTimeout(() => dismiss(id), SECONDS * 1000);
}

export const complain = (text: string): void => say(text, null, true);
export const dismiss = (id: number): void => toasts.update((all) => all.filter((toast) => toast.id !== id));
