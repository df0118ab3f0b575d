using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>Times and labels, one for each picture of a batch.</summary>
internal static class UNetTime
{
    /// <summary>One time for each picture; a single one counts for all.</summary>
    public static float[] Rows(ReadOnlySpan<float> timesteps, int batch)
    {
        if (timesteps.Length != 1 && timesteps.Length != batch)
            throw new TensorException($"UNet: {timesteps.Length} timesteps for {batch} pictures; 1 or {batch} are needed.");
        if (timesteps.Length == batch)
            return timesteps.ToArray();
        float[] rows = new float[batch];
        Array.Fill(rows, timesteps[0]);
        return rows;
    }

    /// <summary>The labels as ids [b].</summary>
    public static Tensor Labels(IReadOnlyList<int>? labels, int batch, Backend device) =>
        labels is not null && labels.Count == batch
            ? Tensor.From([.. labels], [batch], device)
            : throw new TensorException($"UNet: {labels?.Count ?? 0} class labels for {batch} pictures; this model needs one for each.");
}
