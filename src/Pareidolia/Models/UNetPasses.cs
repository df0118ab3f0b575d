using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>What every UNet does alike: down, across and up, and one time and label for each picture.</summary>
internal static class UNetPasses
{
    /// <summary>x [b, h, w, c0] through all blocks to the same shape; the caller's scope owns what is in between.</summary>
    public static Tensor Run(Tensor x, UNetSignals signals, UNetDownBlock[] down, UNetMidBlock mid, UNetUpBlock[] up)
    {
        Stack<Tensor> skips = new([x]);
        foreach (UNetDownBlock block in down)
            x = block.Forward(x, signals, skips);                                                       // [b, h / 2^i, w / 2^i, ci]
        x = mid.Forward(x, signals);
        foreach (UNetUpBlock block in up)
            x = block.Forward(x, signals, skips);
        return x;
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
    public static Tensor Labels(IReadOnlyList<int>? labels, int batch, Backend device) =>
        labels is not null && labels.Count == batch
            ? Tensor.From([.. labels], [batch], device)
            : throw new TensorException($"UNet: {labels?.Count ?? 0} class labels for {batch} pictures; this model needs one for each.");
}
