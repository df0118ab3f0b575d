import { ReactFlowProvider } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import './editor.css';
import { useEffect } from 'react';
import { attempt } from '../parts/studio';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { Canvas } from './Canvas';
import { openJson } from './files';
import { useRunMessages } from './running';
import { history, kinds, loadKinds } from './state';

interface Props {
  readonly theme: 'dark' | 'light';
  /** A workflow that came from elsewhere, a dropped picture for instance. */
  readonly workflow: unknown;
  readonly onTaken: () => void;
}

export default function EditorView({ theme, workflow, onTaken }: Props) {
  const known = useStore(kinds), { present } = useStore(history);
  useRunMessages();
  useEffect(() => void loadKinds(), []);
  useEffect(() => {
    if (!workflow || known.size === 0) return;
    void attempt(async () => openJson(workflow));
    onTaken();
  }, [workflow, known, onTaken]);
  return (
    <div className="editor">
      <h1 className="hidden">{strings.graph.title}</h1>
      {known.size === 0 ? <p className="view muted">{strings.loading}</p> : <ReactFlowProvider><Canvas graph={present} kinds={known} theme={theme} /></ReactFlowProvider>}
    </div>
  );
}
