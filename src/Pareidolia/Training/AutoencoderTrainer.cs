using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains an <see cref="AutoencoderKl"/>: absolute plus squared error of the reconstruction, plus a small KL term that keeps latents near a unit
/// normal (https://arxiv.org/abs/2112.10752, without its adversarial part). The export measures the latents' deviation over the training set and
/// writes its inverse as the scaling factor.
/// </summary>
public sealed class AutoencoderTrainer : Trainer
{
    private readonly PictureSet _train;
    private readonly PictureSet _validation;
    private readonly Pretrained<AutoencoderKl> _model;
    private readonly Augmentation _augmentation = new();
    private readonly float _klWeight;

    /// <summary>Reads the data and makes the model that the recipe describes.</summary>
    public AutoencoderTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data");
        _train = PictureSet.Load(root, data, "train");
        _validation = PictureSet.Load(root, data, "validation");
        _model = AutoencoderKl.Initialise(AutoencoderKlConfig.FromJson(recipe.Section("model")), recipe.Seed);
        _klWeight = (float)recipe.Json.Double("kl_weight", 1e-5);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _train.Pictures.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        ulong draw = random.NextUInt64();
        Tensor x = _train.Batch(batch, _augmentation, draw);                 // [b, s, s, 3]
        LatentDistribution latents = _model.Model.Encode(x);
        Tensor y = _model.Model.Decode(latents.Sample(Tensor.Randn(latents.Mean.Shape, random)));
        Tensor squared = y.MseLoss(x);
        Tensor kl = Tensor.KlToStandardNormal(latents.Mean, latents.LogVariance).Mean() / (latents.Mean.Count / batch.Count);
        metrics["psnr"] = Psnr(squared.Item());
        metrics["kl"] = kl.Item();
        return y.L1Loss(x) + squared + (kl * _klWeight);
    }

    /// <inheritdoc/>
    public override void Sample(string path)
    {
        using Scope scope = new();
        int[] chosen = [.. Enumerable.Range(0, Math.Min(16, _validation.Pictures.Count)).Select(i => i * _validation.Pictures.Count / 16)];
        Tensor x = _validation.Batch(chosen);
        Tensor y = _model.Model.Decode(_model.Model.Encode(x).Mean);
        PictureGrid.Write(path, Tensor.Concat(0, x, y), columns: 16);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["validation_psnr"] = MeanPsnr(_model.Model, _validation) };

    /// <summary>Mean over pictures of the PSNR in dB of decoding what was encoded, pixels in 0..255, without sampling noise.</summary>
    public static double MeanPsnr(AutoencoderKl model, PictureSet pictures)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pictures);
        double sum = 0;
        foreach (int[] batch in Enumerable.Range(0, pictures.Pictures.Count).Chunk(16))
        {
            using Scope scope = new();
            Tensor x = pictures.Batch(batch);
            Tensor y = model.Decode(model.Encode(x).Mean).Clamp(-1, 1);
            sum += (y - x).Square().Reshape(batch.Length, -1).Mean(1).ToArray().Sum(error => Psnr(error));
        }
        return sum / pictures.Pictures.Count;
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        AutoencoderKlConfig scaled = _model.Model.Config with { ScalingFactor = Math.Round(1 / LatentDeviation(), 5) };
        new AutoencoderKl(scaled, Weights.Root).Save(folder, Weights, SafetensorsType.F16);
    }

    private double LatentDeviation()
    {
        double sum = 0, squares = 0, count = 0;
        foreach (int[] batch in Enumerable.Range(0, Math.Min(1024, SampleCount)).Select(i => i * SampleCount / Math.Min(1024, SampleCount)).Chunk(16))
        {
            using Scope scope = new();
            foreach (float z in _model.Model.Encode(_train.Batch(batch)).Mean.ToArray())
                (sum, squares, count) = (sum + z, squares + ((double)z * z), count + 1);
        }
        double mean = sum / count;
        return Math.Sqrt((squares / count) - (mean * mean));
    }

    // -1..1 spans 2, hence the peak of 4.
    private static double Psnr(double meanSquare) => 10 * Math.Log10(4 / Math.Max(meanSquare, 1e-10));
}
