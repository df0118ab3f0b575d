using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>What every UNet does alike: down, across and up, and one time and label for each picture.</summary>
internal static class UNetPasses
{
    /// <summary>x [b, h, w, c0] through all blocks to the same shape; the caller's scope owns what is in between.</summary>
    public static Tensor Run(
        Tensor x, UNetSignals signals, UNetDownBlock[] down, UNetMidBlock mid, UNetUpBlock[] up, ControlResiduals? control = null)
    {
        (Tensor bottom, Stack<Tensor> skips) = Descend(x, signals, down, mid);
        if (control is not null)
            (bottom, skips) = (bottom + control.Mid, Controlled(skips, control.Down));
        foreach (UNetUpBlock block in up)
            bottom = block.Forward(bottom, signals, skips);
        return bottom;
    }

    /// <summary>x [b, h, w, c0] down and across: the bottom, and the skip connections, the smallest on top.</summary>
    public static (Tensor Bottom, Stack<Tensor> Skips) Descend(Tensor x, UNetSignals signals, UNetDownBlock[] down, UNetMidBlock mid)
    {
        Stack<Tensor> skips = new([x]);
        foreach (UNetDownBlock block in down)
            x = block.Forward(x, signals, skips);                                                       // [b, h / 2^i, w / 2^i, ci]
        return (mid.Forward(x, signals), skips);
    }

    private static Stack<Tensor> Controlled(Stack<Tensor> skips, IReadOnlyList<Tensor> control)
    {
        if (skips.Count != control.Count)
            throw new TensorException($"UNet: a ControlNet speaks to {control.Count} skip connections, this UNet has {skips.Count}.");
        Stack<Tensor> controlled = new();
        foreach ((Tensor skip, Tensor residual) in skips.Reverse().Zip(control))
        {
            controlled.Push(skip + residual);
            skip.Dispose();
        }
        return controlled;
    }

    /// <summary>One time for each picture; a single one counts for all.</summary>
    public static float[] Times(ReadOnlySpan<float> timesteps, int batch)
    {
        if (timesteps.Length == batch)
            return timesteps.ToArray();
        if (timesteps.Length != 1)
            throw new TensorException($"UNet: {timesteps.Length} timesteps for {batch} pictures; 1 or {batch} are needed.");
        float[] times = new float[batch];
        Array.Fill(times, timesteps[0]);
        return times;
    }

    /// <summary>The labels as ids [b].</summary>
    public static Tensor Labels(IReadOnlyList<int>? labels, int batch, Backend device) => Tensor.From(Needed(labels, batch), [batch], device);

    /// <summary>The labels as numbers on the time's scale.</summary>
    public static float[] LabelTimes(IReadOnlyList<int>? labels, int batch) => Array.ConvertAll(Needed(labels, batch), label => (float)label);

    private static int[] Needed(IReadOnlyList<int>? labels, int batch) => labels is not null && labels.Count == batch
        ? [.. labels]
        : throw new TensorException($"UNet: {labels?.Count ?? 0} class labels for {batch} pictures; this model needs one for each.");
}
