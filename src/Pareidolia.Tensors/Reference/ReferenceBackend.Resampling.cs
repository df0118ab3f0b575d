namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    internal override void Resample(Operand x, Operand y, ResampleTable table, int outer, int inner)
    {
        double[] row = new double[inner];
        for (int line = 0; line < outer; line++)
            for (int j = 0; j < table.Outputs; j++)
            {
                Array.Clear(row);
                for (int t = j * table.Taps; t < (j + 1) * table.Taps; t++)
                    AddRow(x.Floats.Slice((line * table.Inputs + table.Indices[t]) * inner, inner), table.Weights[t], row);
                Round(row, y.Floats.Slice((line * table.Outputs + j) * inner, inner));
            }
    }

    internal override void ResampleGradient(Operand g, Operand dx, ResampleTable table, int outer, int inner)
    {
        double[] sums = new double[dx.Count];
        for (int line = 0; line < outer; line++)
            for (int j = 0; j < table.Outputs; j++)
                for (int t = j * table.Taps; t < (j + 1) * table.Taps; t++)
                {
                    Span<double> row = sums.AsSpan((line * table.Inputs + table.Indices[t]) * inner, inner);
                    AddRow(g.Floats.Slice((line * table.Outputs + j) * inner, inner), table.Weights[t], row);
                }
        Round(sums, dx.Floats);
    }

    private static void AddRow(ReadOnlySpan<float> x, double weight, Span<double> sums)
    {
        for (int i = 0; i < x.Length; i++)
            sums[i] += weight * x[i];
    }
}
