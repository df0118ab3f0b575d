using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains a <see cref="PixelShuffleUpscaler"/>: pictures at twice the size are the truth; the input is the small picture after a round trip through
/// the autoencoder whose decoder it will follow, so that it also mends what that blurs.
/// </summary>
public sealed class UpscalerTrainer : Trainer
{
    private readonly PictureSet _large;
    private readonly PictureSet _validation;
    private readonly Pretrained<AutoencoderKl> _autoencoder;
    private readonly Pretrained<PixelShuffleUpscaler> _model;
    private readonly int _crop;

    /// <summary>Reads the data and makes the model that the recipe describes.</summary>
    public UpscalerTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data");
        int size = data.Int("size");
        _crop = data.Int("crop", size);
        _large = PictureSet.Load(root, data, "train", 2 * size);
        _validation = PictureSet.Load(root, data, "validation", 2 * size);
        _autoencoder = AutoencoderKl.Load(recipe.Beside(recipe.Section("inputs").Text("vae")!));
        _model = PixelShuffleUpscaler.Initialise(PixelShuffleUpscalerConfig.FromJson(recipe.Section("model")), recipe.Seed);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _large.Pictures.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        Tensor truth = Cropped(_large.Batch(batch), random);                           // [b, 2c, 2c, 3]
        Tensor y = _model.Model.Forward(RoundTrip(truth));
        metrics["psnr"] = 10 * Math.Log10(4 / Math.Max(1e-10, y.MseLoss(truth).Item()));
        return y.L1Loss(truth);
    }

    /// <inheritdoc/>
    public override void Sample(string path)
    {
        int[] chosen = [.. Enumerable.Range(0, 8).Select(i => i * _validation.Pictures.Count / 8)];
        Tensor truth = _validation.Batch(chosen);
        Tensor small = RoundTrip(truth);
        Tensor bicubic = small.Interpolate(truth.Shape[1], truth.Shape[2], Interpolation.Bicubic);
        PictureGrid.Write(path, Tensor.Concat(0, bicubic, _model.Model.Forward(small), truth), columns: 8);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        double ours = 0, bicubic = 0;
        int n = _validation.Pictures.Count;
        foreach (int[] batch in Enumerable.Range(0, n).Chunk(8))
        {
            using Scope scope = new();
            Tensor truth = _validation.Batch(batch);
            Tensor small = RoundTrip(truth);
            ours += (_model.Model.Forward(small) - truth).Abs().Mean().Item() * batch.Length / n;
            bicubic += (small.Interpolate(truth.Shape[1], truth.Shape[2], Interpolation.Bicubic) - truth).Abs().Mean().Item() * batch.Length / n;
        }
        return new Dictionary<string, double> { ["validation_l1"] = ours, ["bicubic_l1"] = bicubic };
    }

    /// <inheritdoc/>
    public override void Export(string folder) => _model.Model.Save(folder, Weights, SafetensorsType.F16);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _autoencoder.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    // One even place for the whole batch: small and large pixels stay aligned.
    private Tensor Cropped(Tensor large, TorchCpuGenerator random)
    {
        if (_crop * 2 >= large.Shape[1])
            return large;
        long[] place = new long[2];
        random.Randint(place, 0, ((large.Shape[1] / 2) - _crop) / 4);
        return large.Slice(1, (int)place[0] * 8, _crop * 2).Slice(2, (int)place[1] * 8, _crop * 2);
    }

    private Tensor RoundTrip(Tensor truth)
    {
        using IDisposable pause = Tape.Pause();
        using Scope scope = new();
        Tensor small = truth.AvgPool2d(2, 2);
        return scope.Keep(_autoencoder.Model.Decode(_autoencoder.Model.Encode(small).Mean).Clamp(-1, 1));
    }
}
