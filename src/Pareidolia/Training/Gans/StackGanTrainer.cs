using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Training.Data;
using Pareidolia.Training.Metrics;
using Pareidolia.Weights;

namespace Pareidolia.Training.Gans;

/// <summary>
/// Trains a stage of StackGAN (https://arxiv.org/abs/1612.03242). Stage 1 begins anew; stage 2 takes a trained stage 1 among its inputs (<c>stage1</c>), which
/// stays as it is. The generator also pays the divergence of its conditions from a normal distribution (<c>kl_weight</c>).
/// </summary>
public sealed class StackGanTrainer : GanTrainer
{
    private const int Columns = 16;
    private readonly WeightStore _weights;
    private readonly StackGanGenerator _generator;
    private readonly StackGanDiscriminator _discriminator;
    private readonly GanMeasures _measures;
    private readonly float _klWeight;

    /// <summary>Reads the data and makes the two networks that the recipe describes.</summary>
    public StackGanTrainer(Recipe recipe, DataRoot root)
        : base(recipe, root)
    {
        StackGanConfig config = StackGanConfig.FromJson(recipe.Section("model"));
        if (config.TextDim != TextLength || config.SampleSize != Training.Size || Training.Channels != 3)
            throw new PareidoliaException($"The recipe's model reads texts of {config.TextDim} numbers and draws {config.SampleSize} pixels of 3 channels; "
                + $"its text encoder gives {TextLength}, its pictures have {Training.Size} pixels of {Training.Channels}.");
        _klWeight = (float)recipe.Json.Double("kl_weight", 2);
        _weights = WeightStore.Initialise(recipe.Seed);
        (_generator, _discriminator) = _weights.Build(at => (new StackGanGenerator(config, at[GeneratorKey]), new StackGanDiscriminator(config, at["netD"])));
        if (config.Stage == 2)
            BeginWithStage1(config);
        _measures = new GanMeasures(recipe, Validation);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _weights;

    /// <inheritdoc/>
    protected override string GeneratorKey => "netG";

    /// <inheritdoc/>
    protected override IConditionalGenerator Generator => _generator;

    private string Stage1Path => $"{GeneratorKey}.{StackGanGenerator.Stage1Key}";

    /// <summary>
    /// With a CLIP among the inputs: how well drawn pictures and captions find each other. In stage 2: the sharpness of its pictures beside that of stage
    /// 1's enlarged bicubically, and of real ones.
    /// </summary>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        Dictionary<string, double> measures = _measures.Of(
            captions => _generator.Generate(Noise(captions.Length, (ulong)captions[0].Place), Text([.. captions.Select(caption => caption.Text)])), Training);
        if (_generator.Config.Stage == 2)
            AddSharpness(measures);
        return measures;
    }

    /// <summary>In stage 2: what stage 1 draws for held-out captions, enlarged; what stage 2 makes of it; the held-out pictures.</summary>
    public override void Sample(string path)
    {
        if (_generator.Config.Stage == 1)
        {
            base.Sample(path);
            return;
        }
        int[] chosen = EvenlySpaced(Columns);
        StackGanOutput drawn = Drawn(chosen);
        PictureGrid.Write(path, Tensor.Concat(0, Enlarged(drawn, Interpolation.Nearest), drawn.Picture, Validation.Batch(chosen)), chosen.Length);
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        using Pretrained<StackGanGenerator> alone = StackGanGenerator.Initialise(_generator.Config, 0);
        alone.Weights.TakeFrom(Weights, GeneratorKey);
        alone.Model.Save(Path.Combine(folder, GanFolder.Generator), alone.Weights, SafetensorsType.F16);
        GanExport.Write(folder, Recipe, nameof(StackGanGenerator));
    }

    /// <inheritdoc/>
    protected override bool IsFrozen(Parameter parameter) => parameter.Name.StartsWith($"{Stage1Path}.", StringComparison.Ordinal);

    /// <inheritdoc/>
    protected override Tensor ConditionOf(Tensor text)
    {
        using IDisposable pause = Tape.Pause();
        return _generator.Condition(text).Mean;
    }

    /// <inheritdoc/>
    protected override GanDraw Draw(Tensor text, TorchCpuGenerator random)
    {
        StackGanOutput output = _generator.Forward(Tensor.Randn([text.Shape[0], _generator.NoiseLength], random), text, training: true);
        return new GanDraw(output.Picture, ConditionOf(text), output.Condition.Kl().Mean() * (_klWeight / _generator.Config.ConditionDim));
    }

    /// <inheritdoc/>
    protected override Tensor Features(Tensor pictures) => _discriminator.Features(pictures, training: true);

    /// <inheritdoc/>
    protected override Tensor Score(Tensor features, Tensor condition) => _discriminator.Score(features, condition, training: true);

    /// <inheritdoc/>
    protected override Tensor? Realness(Tensor features) => _discriminator.Realness(features);

    private void BeginWithStage1(StackGanConfig config)
    {
        string folder = Path.Combine(Input(Recipe.Section("inputs"), "stage1"), GanFolder.Generator);
        using Pretrained<StackGanGenerator> stage1 = StackGanGenerator.Load(folder);
        if (stage1.Model.Config.Stage != 1 || stage1.Model.Config.SampleSize != config.Stage1Size)
            throw new PareidoliaException($"'{folder}' is stage {stage1.Model.Config.Stage} for {stage1.Model.Config.SampleSize} pixels; stage 1 for {config.Stage1Size} is needed.");
        stage1.Weights.GiveTo(Weights, Stage1Path);
    }

    private StackGanOutput Drawn(int[] chosen)
    {
        string[] captions = [.. chosen.Select(index => Validation.Pictures[index].Record.Captions[0])];
        return _generator.Forward(Noise(chosen.Length, 0), Text(captions), training: false);
    }

    private Tensor Enlarged(StackGanOutput drawn, Interpolation how) =>
        drawn.Stage1!.Interpolate(_generator.SampleSize, _generator.SampleSize, how);

    private void AddSharpness(Dictionary<string, double> measures)
    {
        int n = Validation.Pictures.Count;
        foreach (string name in (ReadOnlySpan<string>)["sharpness_stage2", "sharpness_bicubic", "sharpness_of_data"])
            measures[name] = 0;
        foreach (int[] batch in Enumerable.Range(0, n).Chunk(Columns))
        {
            using Scope scope = new();
            StackGanOutput drawn = Drawn(batch);
            measures["sharpness_stage2"] += Sharpness.Of(drawn.Picture) * batch.Length / n;
            measures["sharpness_bicubic"] += Sharpness.Of(Enlarged(drawn, Interpolation.Bicubic).Clamp(-1, 1)) * batch.Length / n;
            measures["sharpness_of_data"] += Sharpness.Of(Validation.Batch(batch)) * batch.Length / n;
        }
    }
}
