using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// What a diffusion model denoises: the latents of an autoencoder, computed once, or, without one, the pixels themselves. Everything else of the
/// model and its training is the same.
/// </summary>
internal sealed class PictureSpace : IDisposable
{
    private const int Rows = 16;

    private readonly Pretrained<AutoencoderKl>? _autoencoder;
    private readonly PictureSet _train;
    private readonly Augmentation _augmentation;
    private readonly float[] _latents = [];

    /// <summary>Fills the cache of latents where there is an autoencoder.</summary>
    /// <param name="train">The training pictures.</param>
    /// <param name="autoencoder">The folder of an autoencoder; null for pixels.</param>
    /// <param name="augmentation">How pixels are varied; latents are not.</param>
    public PictureSpace(PictureSet train, string? autoencoder, Augmentation augmentation)
        : this(train, autoencoder is null ? null : AutoencoderKl.Load(autoencoder), augmentation)
    {
    }

    /// <summary>The same for an autoencoder that is loaded; it is released with this.</summary>
    public PictureSpace(PictureSet train, Pretrained<AutoencoderKl>? autoencoder, Augmentation? augmentation = null)
    {
        (_train, _augmentation, _autoencoder) = (train, augmentation ?? Augmentation.None, autoencoder);
        Shape = [train.Size, train.Size, train.Channels];
        if (autoencoder is null)
            return;
        List<float> values = [];
        foreach (int[] batch in Enumerable.Range(0, train.Pictures.Count).Chunk(Rows))
        {
            using Scope scope = new();
            Tensor latents = Encode(train.Batch(batch));
            Shape = latents.Shape.Without(0);
            values.AddRange(latents.ToArray());
        }
        _latents = [.. values];
    }

    /// <summary>Extents of one picture's latents or pixels, [h, w, c].</summary>
    public Shape Shape { get; }

    /// <summary>Training pictures [b, h, w, c].</summary>
    public Tensor Of(IReadOnlyList<int> batch, ulong draw)
    {
        if (_autoencoder is null)
            return _train.Batch(batch, _augmentation, draw);
        int length = (int)Shape.Count;
        float[] values = new float[batch.Count * length];
        for (int i = 0; i < batch.Count; i++)
            _latents.AsSpan(batch[i] * length, length).CopyTo(values.AsSpan(i * length));
        return Tensor.From(values, [batch.Count, .. Shape]);
    }

    /// <summary>Pixels [b, s, s, c] in -1..1 as the model sees them.</summary>
    public Tensor Encode(Tensor pixels)
    {
        if (_autoencoder is null)
            return pixels;
        using Scope scope = new();
        return scope.Keep(_autoencoder.Model.ToLatent(_autoencoder.Model.Encode(pixels).Mean));
    }

    /// <summary>Pixels of what the model has drawn.</summary>
    public Tensor Decode(Tensor drawn) => _autoencoder is null ? drawn : _autoencoder.Model.Decode(_autoencoder.Model.FromLatent(drawn));

    /// <inheritdoc/>
    public void Dispose() => _autoencoder?.Dispose();
}
