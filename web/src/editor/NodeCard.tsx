import { Handle, NodeResizeControl, Position, type NodeProps } from '@xyflow/react';
import { memo, useContext } from 'react';
import { inputsOf, modes, outputsOf, type GraphNode } from '../core/graph/graph';
import { virtualKinds, isNote } from '../core/graph/virtual';
import { seconds, strings } from '../strings.en';
import { colorOf } from './colors';
import { inputHandle, outputHandle, type CardNode } from './flow';
import { change, changeOn, KindsOf, LinksOf, socketKey, useNodeRun } from './state';
import { LinkFields } from './LinkFields';
import { WidgetField } from './WidgetField';

export const NodeCard = memo(function NodeCard({ data: { node }, selected }: NodeProps<CardNode>) {
  const kinds = useContext(KindsOf), kind = kinds.get(node.type) ?? virtualKinds.get(node.type), run = useNodeRun(node.id);
  const classes = ['node', selected && 'chosen', node.mode === modes.muted && 'muted-node', node.mode === modes.bypassed && 'bypassed', run?.state].filter(Boolean);
  return (
    <div className={classes.join(' ')}>
      <header>
        <strong>{node.title ?? kind?.title ?? node.type}</strong>
        <Time id={node.id} />
      </header>
      {!kind && <p className="small bad">{strings.graph.unknown(node.type)}</p>}
      {run?.state === 'running' && run.max > 0 && <progress max={run.max} value={run.value} aria-label={strings.jobs.progress} />}
      <Sockets node={node} />
      {selected && <LinkFields node={node} />}
      {isNote(node.type) && <Note node={node} />}
      <Shown id={node.id} />
      <NodeResizeControl minWidth={180} className="resize" resizeDirection="horizontal"
        onResizeEnd={(_, { width, height }) => change({ do: 'resize', id: node.id, width, height })} />
    </div>
  );
});

function Time({ id }: { readonly id: string }) {
  const run = useNodeRun(id);
  if (!run) return null;
  if (run.state === 'cached') return <span className="small">{strings.graph.cached}</span>;
  return run.seconds === null ? null : <span className="small">{seconds(run.seconds)}</span>;
}

function Sockets({ node }: { readonly node: GraphNode }) {
  const kinds = useContext(KindsOf), links = useContext(LinksOf), inputs = inputsOf(node, kinds);
  const plain = inputs.filter((input) => !input.kind?.widget), valued = inputs.filter((input) => input.kind?.widget);
  return (
    <div className="sockets">
      <div className="ports">
        <ul>{plain.map((input) => <li key={input.name}><InputDot name={input.name} type={input.type} />{input.name}</li>)}</ul>
        <ul className="out">{outputsOf(node, kinds).map((output, i) => <li key={i}>{output.name}<OutputDot slot={i} type={output.type} /></li>)}</ul>
      </div>
      {valued.map((input) => (
        <div className="valued" key={input.name}>
          <InputDot name={input.name} type={input.type} />
          {links.has(socketKey(node.id, input.name)) ? <span className="label">{strings.graph.linked(input.name)}</span> : input.kind && <WidgetField node={node} input={input.kind} />}
        </div>
      ))}
    </div>
  );
}

const InputDot = ({ name, type }: { readonly name: string; readonly type: string }) =>
  <Handle type="target" position={Position.Left} id={inputHandle(name)} title={type} style={{ background: colorOf(type) }} />;

const OutputDot = ({ slot, type }: { readonly slot: number; readonly type: string }) =>
  <Handle type="source" position={Position.Right} id={outputHandle(slot)} title={type} style={{ background: colorOf(type) }} />;

const Note = ({ node }: { readonly node: GraphNode }) => {
  const values = node.unknown?.values, saved = Array.isArray(values) ? String((values as unknown[])[0] ?? '') : '';
  return (
    <textarea className="nodrag nowheel" rows={4} aria-label={strings.graph.note} value={String(node.values['text'] ?? saved)}
      onChange={(e) => changeOn(`${node.id} text`, { do: 'set', id: node.id, input: 'text', value: e.target.value })} />
  );
};

function Shown({ id }: { readonly id: string }) {
  const run = useNodeRun(id);
  if (!run) return null;
  const preview = run.state === 'running' ? run.previewUrl : null;
  if (run.pictures.length === 0 && !preview) return null;
  return (
    <div className="shown">
      {preview && <img src={preview} alt={strings.create.preview} className="pixel" />}
      {run.pictures.map((url) => <a key={url} href={url} target="_blank" rel="noreferrer"><img src={url} alt={strings.graph.output} /></a>)}
    </div>
  );
}
