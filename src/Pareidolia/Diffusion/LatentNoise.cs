using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Diffusion;

/// <summary>
/// Draws noise for samples [b, h, w, c] from random streams in the order in which other tools fill theirs, channels first, so that a seed
/// gives their picture. One stream serves the whole batch (ComfyUI, diffusers with one generator); one stream per item draws each by itself
/// (the web UI, diffusers with a list), so that a picture does not depend on its place in the batch.
/// </summary>
public sealed class LatentNoise
{
    private readonly IReadOnlyList<RandomStream> _streams;
    private readonly Shape _shape;
    private readonly Backend? _device;

    /// <summary>Noise of shape [b, h, w, c] from 1 stream or b streams.</summary>
    /// <exception cref="PareidoliaException">The shape has not 4 axes, or there are neither 1 nor b streams.</exception>
    public LatentNoise(IReadOnlyList<RandomStream> streams, Shape shape, Backend? device = null)
    {
        ArgumentNullException.ThrowIfNull(streams);
        if (shape.Rank != 4)
            throw new PareidoliaException($"Noise is drawn for samples [batch, height, width, channels]; got {shape}.");
        if (streams.Count != 1 && streams.Count != shape[0])
            throw new PareidoliaException(
                $"{streams.Count} random streams do not fit a batch of {shape[0]}: give 1, or one for each item.");
        _streams = streams;
        _shape = shape;
        _device = device;
    }

    /// <summary>The next standard normals, [b, h, w, c].</summary>
    public Tensor Draw()
    {
        float[] drawn = new float[checked((int)_shape.Count)];
        int each = drawn.Length / _streams.Count;
        for (int i = 0; i < _streams.Count; i++)
            _streams[i].Randn(drawn.AsSpan(i * each, each));
        return Tensor.From(ChannelsLast(drawn, _shape), _shape, _device);
    }

    /// <summary>As samplers want it: independent noise for every step.</summary>
    public StepNoise ForSteps() => (_, _) => Draw();

    /// <summary>Numbers drawn channels first, in the order of a tensor of the shape [b, h, w, c].</summary>
    internal static float[] ChannelsLast(float[] drawn, Shape shape)
    {
        int pixels = shape[1] * shape[2], channels = shape[3];
        float[] arranged = new float[drawn.Length];
        for (int i = 0; i < drawn.Length; i++)
        {
            int item = i / (pixels * channels), channel = i / pixels % channels, pixel = i % pixels;
            arranged[(item * pixels + pixel) * channels + channel] = drawn[i];
        }
        return arranged;
    }
}
