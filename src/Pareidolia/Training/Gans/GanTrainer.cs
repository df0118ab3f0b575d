using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training.Gans;

/// <summary>What a generator drew for texts.</summary>
/// <param name="Pictures">[b, size, size, channels] in -1..1.</param>
/// <param name="Condition">What the discriminator is told of the texts [b, c].</param>
/// <param name="Divergence">What else the generator pays, []; null where it pays nothing.</param>
public sealed record GanDraw(Tensor Pictures, Tensor Condition, Tensor? Divergence = null);

/// <summary>
/// Two players (https://arxiv.org/abs/1406.2661): a discriminator learns to tell real pictures under their captions from drawn ones and from real
/// pictures under other captions (matching-aware, https://arxiv.org/abs/1605.05396); a generator learns to be taken for real. Losses are hinges
/// (https://arxiv.org/abs/1705.02894). Texts are vectors of a frozen encoder.
/// </summary>
public abstract class GanTrainer : Trainer
{
    private const int SampleColumns = 16;
    private const int SampleRows = 4;
    private readonly DifferentiableAugmentation _augmentation;
    private readonly CaptionEmbeddings _captions;
    private readonly double _discriminatorRate;
    private readonly float _modeSeeking;

    /// <summary>Reads the data and the vectors of all captions.</summary>
    /// <param name="recipe">The recipe: <c>inputs</c> names <c>text_encoder</c> and <c>tokenizer</c>; <c>augment</c>, <c>discriminator_rate</c>, <c>mode_seeking</c>.</param>
    /// <param name="root">The data's folder.</param>
    protected GanTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data"), inputs = recipe.Section("inputs");
        Training = PictureSet.Load(root, data, "train");
        Validation = PictureSet.Load(root, data, "validation");
        _augmentation = new DifferentiableAugmentation(recipe.Json.Texts("augment", []));
        _discriminatorRate = recipe.Json.Double("discriminator_rate", 1);
        _modeSeeking = (float)recipe.Json.Double("mode_seeking", 0);
        using Pretrained<ClipTextModel> encoder = ClipTextModel.Load(Input(inputs, "text_encoder"));
        ClipTokenizer tokenizer = ClipTokenizer.Load(Input(inputs, "tokenizer"));
        TextLength = encoder.Model.Config.HiddenSize;
        _captions = new CaptionEmbeddings(
            group => SentenceVectors.Of(encoder.Model, ClipEmbeddings.Ids(tokenizer, group)).Reshape(group.Count, 1, -1),
            Training.Pictures.Concat(Validation.Pictures).SelectMany(picture => picture.Record.Captions));
    }

    /// <summary>Length of a text's vector.</summary>
    protected int TextLength { get; }

    /// <summary>The training pictures.</summary>
    protected PictureSet Training { get; }

    /// <summary>The held-out pictures.</summary>
    protected PictureSet Validation { get; }

    /// <summary>What the names of the generator's parameters begin with.</summary>
    protected abstract string GeneratorKey { get; }

    /// <summary>The generator as a trained model is used.</summary>
    protected abstract IConditionalGenerator Generator { get; }

    /// <inheritdoc/>
    public override int SampleCount => Training.Pictures.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<TrainingPhase> Phases =>
    [
        new TrainingPhase("discriminator_", Moved(generator: false), DiscriminatorLoss, _discriminatorRate),
        new TrainingPhase("generator_", Moved(generator: true), Loss),
    ];

    /// <summary>The generator alone, its running statistics with it: they belong to its weights.</summary>
    public override IEnumerable<Tensor> Averaged => Weights.Parameters.Where(IsOfGenerator).Select(parameter => parameter.Tensor);

    /// <summary>The generator's loss: how far its pictures are from being taken for real.</summary>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        Tensor text = Text([.. batch.Select(index => Caption(index, random))]);
        GanDraw drawn = Draw(text, random);
        Tensor features = Features(_augmentation.Apply(drawn.Pictures, random));
        Tensor loss = Score(features, drawn.Condition).Mean().Negate();
        if (Realness(features) is Tensor realness)
            loss = (loss - realness.Mean()) * 0.5f;
        metrics["generator_loss"] = loss.Item();
        if (_modeSeeking > 0)
            loss += Likeness(drawn.Pictures, Draw(text, random).Pictures) * _modeSeeking;
        if (drawn.Divergence is null)
            return loss;
        metrics["divergence"] = drawn.Divergence.Item();
        return loss + drawn.Divergence;
    }

    /// <summary>Held-out pictures, below them what is drawn for their captions from four noises.</summary>
    public override void Sample(string path)
    {
        int[] chosen = EvenlySpaced(SampleColumns);
        string[] captions = [.. chosen.Select(index => Validation.Pictures[index].Record.Captions[0])];
        Tensor[] rows = [.. Enumerable.Range(0, SampleRows).Select(row => Generator.Generate(Noise(chosen.Length, (ulong)row), Text(captions)))];
        PictureGrid.Write(path, Tensor.Concat(0, [Validation.Batch(chosen), .. rows]), chosen.Length);
    }

    /// <summary>What the discriminator is told of texts [b, c], without a gradient.</summary>
    protected abstract Tensor ConditionOf(Tensor text);

    /// <summary>Draws in training.</summary>
    protected abstract GanDraw Draw(Tensor text, TorchCpuGenerator random);

    /// <summary>What the discriminator sees in pictures.</summary>
    protected abstract Tensor Features(Tensor pictures);

    /// <summary>How well that fits a condition: [b], high for real pairs.</summary>
    protected abstract Tensor Score(Tensor features, Tensor condition);

    /// <summary>How real it looks whatever was asked for: [b]; null where the discriminator has no such opinion.</summary>
    protected virtual Tensor? Realness(Tensor features) => null;

    /// <summary>Whether a parameter of the generator stays as it is.</summary>
    protected virtual bool IsFrozen(Parameter parameter) => false;

    /// <summary>The vectors [b, c] of captions of the data.</summary>
    protected Tensor Text(IReadOnlyList<string> captions) => _captions.Of(captions).Reshape(captions.Count, -1);

    /// <summary>Noise for pictures [b, n], the same for the same <paramref name="row"/>.</summary>
    protected Tensor Noise(int count, ulong row) => Tensor.Randn([count, Generator.NoiseLength], new TorchCpuGenerator((Recipe.Seed * 1_000_003) + row));

    /// <summary>Held-out pictures evenly over the set: of a labelled set the classes in turn.</summary>
    protected int[] EvenlySpaced(int count)
    {
        int[] order = [.. Enumerable.Range(0, Validation.Pictures.Count)];
        if (Validation.Pictures[0].Record.Label < 0)
            return [.. Enumerable.Range(0, Math.Min(count, order.Length)).Select(i => i * order.Length / Math.Min(count, order.Length))];
        IEnumerable<(int Turn, int Index)> turns = order.GroupBy(index => Validation.Pictures[index].Record.Label).OrderBy(group => group.Key)
            .SelectMany(group => group.Select((index, turn) => (turn, index)));
        return [.. turns.OrderBy(entry => entry.Turn).Take(count).Select(entry => entry.Index)];
    }

    /// <summary>The input folder of a name, relative to the recipe.</summary>
    /// <exception cref="PareidoliaException">The recipe does not name it.</exception>
    protected string Input(JsonConfig inputs, string name) => Recipe.Beside(
        inputs.Text(name) ?? throw new PareidoliaException($"The recipe in '{Recipe.Folder}' has no \"inputs\": \"{name}\", which a GAN needs."));

    private Tensor DiscriminatorLoss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        string[] captions = [.. batch.Select(index => Caption(index, random))];
        Tensor text = Text(captions), wrongText = Text([.. Mismatch.Of(batch, Training).Select(place => captions[place])]);
        Tensor drawn = Fake(text, random);
        Tensor pictures = Training.Batch(batch);
        Tensor real = Features(_augmentation.Apply(pictures, random)), fake = Features(_augmentation.Apply(drawn, random));
        Tensor condition = ConditionOf(text);
        Tensor right = Score(real, condition), wrong = Score(real, ConditionOf(wrongText)), faked = Score(fake, condition);
        Tensor loss = Hinge(right, real: true) + ((Hinge(wrong, real: false) + Hinge(faked, real: false)) * 0.5f);
        if (Realness(real) is Tensor looks && Realness(fake) is Tensor fakeLooks)
            loss = (loss + Hinge(looks, real: true) + Hinge(fakeLooks, real: false)) * 0.5f;
        metrics["score_real"] = right.Mean().Item();
        metrics["score_wrong_text"] = wrong.Mean().Item();
        metrics["score_drawn"] = faked.Mean().Item();
        metrics["spread_real"] = Spread(pictures);
        metrics["spread_drawn"] = Spread(drawn);
        return loss;
    }

    private Tensor Fake(Tensor text, TorchCpuGenerator random)
    {
        using IDisposable pause = Tape.Pause();
        return Draw(text, random).Pictures;
    }

    // What two noises drew for the same texts: 1 over their mean distance, large where the noise is ignored (https://arxiv.org/abs/1903.05628; the
    // distance of the noises themselves, by which the paper divides, hardly changes).
    private static Tensor Likeness(Tensor one, Tensor other) => (one.L1Loss(other) + 1e-3f).Reciprocal();

    // How much the pictures of a batch differ from each other: a generator that draws one picture again and again has none.
    private static double Spread(Tensor pictures)
    {
        using IDisposable pause = Tape.Pause();
        return pictures.Reshape(pictures.Shape[0], -1).Variance(0).Mean().Sqrt().Item();
    }

    // Beyond a margin of 1 nothing is gained by being surer.
    internal static Tensor Hinge(Tensor scores, bool real) => scores.Affine(real ? -1 : 1, 1).Relu().Mean();

    private string Caption(int index, TorchCpuGenerator random) => Training.Pictures[index].Record.Caption(random.NextUInt64(), 0);

    private Parameter[] Moved(bool generator) =>
        [.. Weights.Parameters.Where(p => p.Trained && IsOfGenerator(p) == generator && !IsFrozen(p))];

    private bool IsOfGenerator(Parameter parameter) => parameter.Name.StartsWith($"{GeneratorKey}.", StringComparison.Ordinal);
}
