import { useState } from 'react';
import { emptyGraph, modes } from '../core/graph/graph';
import { unknownKinds, versionOf, type WorkflowVersion } from '../core/graph/workflow';
import { redo, undo } from '../core/history';
import { FileField } from '../parts/fields';
import { useStore } from '../parts/useStore';
import { strings } from '../strings.en';
import { arrange, openFile, saveFile } from './files';
import { toggle } from './keys';
import { startRun, stopRun } from './running';
import { history, replace, run } from './state';

interface Props {
  readonly chosen: readonly string[];
  readonly onGroup: () => void;
  readonly onSearch: () => void;
}

export function Toolbar({ chosen, onGroup, onSearch }: Props) {
  const { past, present, future } = useStore(history), strange = unknownKinds(present), none = chosen.length === 0;
  return (
    <div className="toolbar" role="toolbar" aria-label={strings.graph.tools}>
      <RunButtons />
      <button onClick={onSearch}>{strings.graph.add}</button>
      <button disabled={past.length === 0} onClick={() => history.update(undo)}>{strings.undo}</button>
      <button disabled={future.length === 0} onClick={() => history.update(redo)}>{strings.redo}</button>
      <button disabled={none} title="Ctrl+M" onClick={() => toggle(chosen, modes.muted)}>{strings.graph.mute}</button>
      <button disabled={none} title="Ctrl+B" onClick={() => toggle(chosen, modes.bypassed)}>{strings.graph.bypass}</button>
      <button disabled={none} title="Ctrl+G" onClick={onGroup}>{strings.graph.group}</button>
      <button onClick={arrange}>{strings.graph.arrange}</button>
      <FileButtons />
      {strange.length > 0 && <span className="small bad">{strings.graph.strange(strange.join(', '))}</span>}
    </div>
  );
}

function RunButtons() {
  const { promptId, over, error, waiting } = useStore(run), runs = promptId !== null && over === null;
  return (
    <>
      <button className="primary" title="Ctrl+Enter" onClick={() => void startRun()}>{strings.graph.run}</button>
      {runs && <button className="danger" onClick={() => void stopRun()}>{strings.jobs.cancel}</button>}
      <span className={error ? 'small bad' : 'small muted'} role="status">
        {error?.sentence ?? (over ? strings.graph.over[over] : runs ? strings.graph.running(waiting) : '')}
      </span>
    </>
  );
}

function FileButtons() {
  const { present } = useStore(history), [version, setVersion] = useState<WorkflowVersion | null>(null), shown = version ?? versionOf(present);
  return (
    <>
      <FileField label={strings.graph.open} accept=".json,image/*" onFile={(file) => void openFile(file)} />
      <button onClick={() => saveFile(shown)}>{strings.graph.save}</button>
      <select aria-label={strings.graph.version} value={shown} onChange={(e) => setVersion(e.target.value as WorkflowVersion)}>
        <option value="0.4">0.4</option>
        <option value="1.0">1.0</option>
      </select>
      <button onClick={() => replace(emptyGraph)}>{strings.graph.clear}</button>
    </>
  );
}
