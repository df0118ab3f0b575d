using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Training.Data;
using Pareidolia.Training.Metrics;
using Pareidolia.Weights;

namespace Pareidolia.Training.Gans;

/// <summary>
/// Trains a conditional GAN (https://arxiv.org/abs/1411.1784): a <see cref="DcganGenerator"/> that hears texts instead of class numbers, against a
/// <see cref="DcganDiscriminator"/>.
/// </summary>
public sealed class ConditionalGanTrainer : GanTrainer
{
    private readonly WeightStore _weights;
    private readonly DcganGenerator _generator;
    private readonly DcganDiscriminator _discriminator;
    private readonly GanMeasures _measures;

    /// <summary>Reads the data and makes the two networks that the recipe describes.</summary>
    public ConditionalGanTrainer(Recipe recipe, DataRoot root)
        : base(recipe, root)
    {
        DcganConfig config = DcganConfig.FromJson(recipe.Section("model"));
        int text = config.TextDim > 0 ? config.TextDim : config.ConditionDim;
        if (text != TextLength)
            throw new PareidoliaException($"The recipe's model reads texts of {text} numbers; its text encoder gives {TextLength}.");
        if (config.SampleSize != Training.Size || config.Channels != Training.Channels)
            throw new PareidoliaException($"The recipe's model draws {config.SampleSize}x{config.SampleSize} with {config.Channels} channels; its pictures are {Training.Size}x{Training.Size} with {Training.Channels}.");
        _weights = WeightStore.Initialise(recipe.Seed);
        (_generator, _discriminator) = _weights.Build(at => (new DcganGenerator(config, at[GeneratorKey]), new DcganDiscriminator(config, at["D"])));
        _measures = new GanMeasures(recipe, Validation);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _weights;

    /// <inheritdoc/>
    protected override string GeneratorKey => "G";

    /// <inheritdoc/>
    protected override IConditionalGenerator Generator => _generator;

    /// <summary>
    /// With a classifier among the inputs: class accuracy, Frechet distance in its feature space, Parzen-window log-likelihood, diversity beside the
    /// data's. With a CLIP: how well drawn pictures and captions find each other.
    /// </summary>
    public override IReadOnlyDictionary<string, double> Validate() =>
        _measures.Of(captions => _generator.Generate(Noise(captions.Length, (ulong)captions[0].Place), Text([.. captions.Select(caption => caption.Text)])), Training);

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        using Pretrained<DcganGenerator> alone = DcganGenerator.Initialise(_generator.Config, 0);
        alone.Weights.TakeFrom(Weights, GeneratorKey);
        alone.Model.Save(Path.Combine(folder, GanFolder.Generator), alone.Weights, SafetensorsType.F16);
        GanExport.Write(folder, Recipe, nameof(DcganGenerator));
    }

    /// <inheritdoc/>
    protected override Tensor ConditionOf(Tensor text) => text;

    /// <inheritdoc/>
    protected override GanDraw Draw(Tensor text, TorchCpuGenerator random) =>
        new(_generator.Forward(Tensor.Randn([text.Shape[0], _generator.NoiseLength], random), text, training: true), text);

    /// <inheritdoc/>
    protected override Tensor Features(Tensor pictures) => _discriminator.Features(pictures, training: true);

    /// <inheritdoc/>
    protected override Tensor Score(Tensor features, Tensor condition) => _discriminator.Score(features, condition, training: true);
}
