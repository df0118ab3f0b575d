import { NodeResizer, type NodeProps } from '@xyflow/react';
import { strings } from '../strings.en';
import type { GroupNode } from './flow';
import { change, changeOn } from './state';

/** A frame around nodes; it is moved by its title, and takes what lies in it along. */
export function GroupCard({ data: { group }, selected }: NodeProps<GroupNode>) {
  return (
    <div className="group-frame" style={group.color ? { borderColor: group.color } : {}}>
      <NodeResizer isVisible={selected} minWidth={120} minHeight={80}
        onResizeEnd={(_, { x, y, width, height }) => change({ do: 'regroup', group: { ...group, place: { x, y }, width, height } })} />
      <div className="group-title">
        <span aria-hidden="true">⠿</span>
        <input className="nodrag" aria-label={strings.graph.groupTitle} value={group.title}
          onChange={(e) => changeOn(`group ${group.id}`, { do: 'regroup', group: { ...group, title: e.target.value } })} />
        <button className="plain icon nodrag" aria-label={strings.graph.ungroup} onClick={() => change({ do: 'ungroup', id: group.id })}>×</button>
      </div>
    </div>
  );
}
