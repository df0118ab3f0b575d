import { useEffect, useState } from 'react';
import { strings } from '../strings.en';
import { api, attempt, startFrom, takeSettings } from './studio';
import { say } from './toasts';

/** A picture that is dropped anywhere on the page gives its settings; without any it is one to start from. */
export function DropPicture({ onWorkflow }: { readonly onWorkflow: (workflow: unknown) => void }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const holds = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => { if (holds(event)) { event.preventDefault(); setOver(true); } };
    const leave = (event: DragEvent) => { if (event.relatedTarget === null) setOver(false); };
    const drop = (event: DragEvent) => {
      const file = event.dataTransfer?.files[0];
      if (!file || event.defaultPrevented) return;
      event.preventDefault();
      setOver(false);
      void take(file, onWorkflow);
    };
    window.addEventListener('dragover', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [onWorkflow]);
  return over ? <div className="drop">{strings.dropHere}</div> : null;
}

export async function take(file: File, onWorkflow: (workflow: unknown) => void): Promise<void> {
  if (file.name.endsWith('.json')) {
    await attempt(async () => onWorkflow(JSON.parse(await file.text())));
    return;
  }
  const found = await attempt(() => api.settingsOf(file));
  if (!found) return;
  if (found.settings) {
    takeSettings(found.settings);
    say(strings.settingsLoaded(found.source ?? ''), found.workflow ? { label: strings.openGraph, act: () => onWorkflow(found.workflow) } : null);
    return;
  }
  if (found.workflow) {
    onWorkflow(found.workflow);
    return;
  }
  const stored = await attempt(() => api.upload(file));
  if (!stored) return;
  startFrom(stored);
  say(strings.noSettings);
}
