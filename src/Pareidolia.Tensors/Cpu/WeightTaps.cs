namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Convolution weights [o, taps, c] as the right matrix [chosen taps x o, c] of an input gradient.
/// </summary>
/// <param name="start">First output of the group.</param>
/// <param name="outputs">Outputs of the group.</param>
/// <param name="taps">Taps of the whole kernel.</param>
/// <param name="channels">Channels c.</param>
/// <param name="chosen">The numbers of the taps in the order of the depth.</param>
internal readonly unsafe struct WeightTaps(float* start, int outputs, int taps, int channels, int* chosen) : IRight
{
    public void Pack(int column, int columns, int k, int depth, float* panel)
    {
        (int tap, int output) = Math.DivRem(k, outputs);
        for (int i = 0; i < depth; i++, panel += Tile.Columns)
        {
            RightPanel.CopyRow(start + (((long)output * taps) + chosen[tap]) * channels + column, panel, columns, Tile.Columns);
            if (++output < outputs)
                continue;
            output = 0;
            tap++;
        }
    }

    public Lying At(int column, int k) => default;
}
