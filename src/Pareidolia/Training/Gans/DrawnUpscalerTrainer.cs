using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Training.Data;
using Pareidolia.Training.Metrics;
using Pareidolia.Weights;

namespace Pareidolia.Training.Gans;

/// <summary>
/// Trains a <see cref="PixelShuffleUpscaler"/> to mend what a latent diffusion model draws: its inputs are true pictures that the model has redrawn, and
/// a <see cref="PatchDiscriminator"/> asks for the edges that a mean of possible pictures does not have (https://arxiv.org/abs/1609.04802).
/// </summary>
public sealed class DrawnUpscalerTrainer : Trainer
{
    private const string GeneratorKey = "G";
    private const int Shown = 8;
    private readonly PictureSet _large;
    private readonly PictureSet _validation;
    private readonly RedrawnPictures _redrawn;
    private readonly PixelShuffleUpscaler _upscaler;
    private readonly PatchDiscriminator _discriminator;
    private readonly string _model;
    private readonly (int Steps, double Guidance) _settings;
    private readonly IReadOnlyList<double> _strengths;
    private readonly int _crop;
    private readonly double _adversary;

    /// <summary>Reads the data, lets the model redraw it, and makes the two networks that the recipe describes.</summary>
    /// <exception cref="PareidoliaException">The recipe, its data or its model is missing or broken, or they do not fit together.</exception>
    public DrawnUpscalerTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data"), redraw = recipe.Section("redraw");
        PixelShuffleUpscalerConfig config = PixelShuffleUpscalerConfig.FromJson(recipe.Section("model"));
        int size = data.Int("size"), small = size / config.Scale;
        _crop = data.Int("crop", small);
        if (size % config.Scale != 0 || _crop > small)
            throw new PareidoliaException($"The recipe's data has size {size} and crop {_crop}; the size must be a multiple of the model's scale {config.Scale}, and the crop at most {small}.");
        _model = recipe.Beside(recipe.Section("inputs").Text("model") ?? throw new PareidoliaException($"The recipe in '{recipe.Folder}' names no \"model\" among its inputs: the one whose pictures are enlarged."));
        (_strengths, _settings) = (redraw.Doubles("strengths"), (redraw.Int("steps"), redraw.Double("guidance")));
        _large = PictureSet.Load(root, data, "train");
        _validation = PictureSet.Load(root, data, "validation", small);
        _redrawn = Redrawn(PictureSet.Load(root, data, "train", small), _strengths);
        _adversary = recipe.Json.Double("adversary", 0.02);
        Weights = WeightStore.Initialise(recipe.Seed);
        (_upscaler, _discriminator) = Weights.Build(at => (
            new PixelShuffleUpscaler(config, at[GeneratorKey]), new PatchDiscriminator(6, recipe.Json.Int("discriminator_channels", 32), at["D"])));
    }

    /// <inheritdoc/>
    public override WeightStore Weights { get; }

    /// <inheritdoc/>
    public override int SampleCount => _large.Pictures.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<TrainingPhase> Phases =>
    [
        new TrainingPhase("generator_", Moved(generator: true), Loss),
        new TrainingPhase("discriminator_", Moved(generator: false), DiscriminatorLoss),
    ];

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Averaged => Moved(generator: true).Select(parameter => parameter.Tensor);

    /// <summary>How far enlarged pictures are from the truth, and from being taken for it.</summary>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        (Tensor small, Tensor truth) = Crops(batch, random);
        Tensor enlarged = _upscaler.Forward(small);                                     // [b, c, c, 3]
        Tensor distance = enlarged.L1Loss(truth), score = Score(enlarged, small).Mean();
        (metrics["l1"], metrics["score_drawn"]) = (distance.Item(), score.Item());
        return distance - (score * (float)_adversary);
    }

    /// <summary>From above: what the model redrew, enlarged by straight resampling; enlarged by the network; the truth.</summary>
    public override void Sample(string path)
    {
        int[] chosen = [.. Enumerable.Range(0, Shown).Select(i => i * _large.Pictures.Count / Shown)];
        Tensor small = _redrawn.Batch(chosen, [.. chosen.Select(_ => _redrawn.Ways - 1L)]);
        PictureGrid.Write(path, Tensor.Concat(0, Bicubic(small), _upscaler.Forward(small).Clamp(-1, 1), _large.Batch(chosen)), columns: Shown);
    }

    /// <summary>
    /// Held-out pictures, redrawn at the recipe's last strength and enlarged: edges beside those of straight resampling, and how far it is from the truth when made small again.
    /// </summary>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        int[] all = [.. Enumerable.Range(0, _validation.Pictures.Count)];
        using Scope scope = new();
        Tensor small = Redrawn(_validation, [_strengths[^1]]).Batch(all, new long[all.Length]);
        Tensor truth = _validation.Batch(all), enlarged = Tensor.Concat(0, [.. small.Chunk(all.Length, 0).Select(one => _upscaler.Forward(one).Clamp(-1, 1))]);
        return new Dictionary<string, double>
        {
            ["validation_l1"] = (enlarged.AvgPool2d(_upscaler.Config.Scale, _upscaler.Config.Scale) - truth).Abs().Mean().Item(),
            ["redrawn_l1"] = (small - truth).Abs().Mean().Item(),
            ["validation_sharpness"] = Sharpness.Of(enlarged),
            ["bicubic_sharpness"] = Sharpness.Of(Bicubic(small)),
        };
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        using Pretrained<PixelShuffleUpscaler> upscaler = PixelShuffleUpscaler.Initialise(_upscaler.Config, 0);
        upscaler.Weights.TakeFrom(Weights, GeneratorKey);
        upscaler.Model.Save(folder, upscaler.Weights, SafetensorsType.F16);
    }

    private Tensor DiscriminatorLoss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        (Tensor small, Tensor truth) = Crops(batch, random);
        Tensor real = Score(truth, small), drawn = Score(Enlarged(small), small);
        metrics["score_real"] = real.Mean().Item();
        return GanTrainer.Hinge(real, real: true) + GanTrainer.Hinge(drawn, real: false);
    }

    private Tensor Enlarged(Tensor small)
    {
        using IDisposable pause = Tape.Pause();
        return _upscaler.Forward(small);
    }

    private Tensor Score(Tensor pictures, Tensor small) => _discriminator.Forward(Tensor.Concat(3, pictures, Bicubic(small)));

    private Tensor Bicubic(Tensor small) =>
        small.Interpolate(small.Shape[1] * _upscaler.Config.Scale, small.Shape[2] * _upscaler.Config.Scale, Interpolation.Bicubic);

    // One place for the whole batch, and for each picture one of the ways in which it was redrawn.
    private (Tensor Small, Tensor Truth) Crops(IReadOnlyList<int> batch, TorchCpuGenerator random)
    {
        long[] place = new long[2], ways = new long[batch.Count];
        random.Randint(ways, 0, _redrawn.Ways);
        Tensor small = _redrawn.Batch(batch, ways), truth = _large.Batch(batch);
        random.Randint(place, 0, small.Shape[1] - _crop + 1);
        return (Crop(small, place, 1), Crop(truth, place, _upscaler.Config.Scale));
    }

    private Tensor Crop(Tensor pictures, long[] place, int scale) =>
        pictures.Slice(1, (int)place[0] * scale, _crop * scale).Slice(2, (int)place[1] * scale, _crop * scale);

    private RedrawnPictures Redrawn(PictureSet small, IReadOnlyList<double> strengths)
    {
        using Approximation fast = new(!Recipe.Exact);
        using ReducedPrecision half = new(Recipe.ReducedPrecision);
        return new RedrawnPictures(small, _model, strengths, _settings, Recipe.Seed);
    }

    private Parameter[] Moved(bool generator) =>
        [.. Weights.Parameters.Where(p => p.Trained && p.Name.StartsWith($"{GeneratorKey}.", StringComparison.Ordinal) == generator)];
}
