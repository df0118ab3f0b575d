namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    internal override void Gather(Operand table, Operand ids, Operand y)
    {
        if (table.Type != DType.F32)
        {
            StoredFormats.Run(table.Type, new StoredRows(table, ids, y));
            return;
        }
        GatherRows rows = new(table.Pointer, (int*)ids.Address, y.Pointer, (int)ids.Count, table.Shape[-1]);
        Workers.Run(rows.Tasks, rows);
    }

    internal override void ScatterAdd(Operand g, Operand ids, Operand table)
    {
        ScatterRows rows = new(g.Pointer, (int*)ids.Address, table.Pointer, (int)ids.Count, table.Shape[-1]);
        LaneWorkers.Run(rows.Tasks, rows);
    }
}
