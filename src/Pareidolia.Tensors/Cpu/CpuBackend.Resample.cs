namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    internal override void Resample(Operand x, Operand y, ResampleTable table, int outer, int inner)
    {
        int[] starts = new int[table.Outputs + 1];
        for (int j = 0; j <= table.Outputs; j++)
            starts[j] = j * table.Taps;
        Mix(starts, table.Indices, table.Weights, x, y, new Extent3(outer, table.Inputs, inner), table.Outputs);
    }

    // The taps seen from the inputs: of each input the outputs that it went into, in order.
    internal override void ResampleGradient(Operand g, Operand dx, ResampleTable table, int outer, int inner)
    {
        int taps = table.Indices.Length;
        int[] starts = new int[table.Inputs + 1], rows = new int[taps];
        float[] weights = new float[taps];
        foreach (int input in table.Indices)
            starts[input + 1]++;
        for (int i = 0; i < table.Inputs; i++)
            starts[i + 1] += starts[i];
        int[] next = starts[..^1];
        for (int t = 0; t < taps; t++)
        {
            int place = next[table.Indices[t]]++;
            rows[place] = t / table.Taps;
            weights[place] = table.Weights[t];
        }
        Mix(starts, rows, weights, g, dx, new Extent3(outer, table.Outputs, inner), table.Inputs);
    }

    private static void Mix(int[] starts, int[] rows, float[] weights, Operand x, Operand y, Extent3 e, int m)
    {
        fixed (int* first = starts, row = rows)
        fixed (float* weight = weights)
        {
            RowMixing mixing = new(first, row, weight, x.Pointer, y.Pointer, e.Outer, e.N, m, e.Inner);
            LaneWorkers.Run(mixing.Tasks, mixing);
        }
    }
}
