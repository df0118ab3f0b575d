// StackGAN: Text to Photo-realistic Image Synthesis with Stacked Generative Adversarial Networks, https://arxiv.org/abs/1612.03242
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>What a stage draws.</summary>
/// <param name="Picture">Its picture [b, size, size, 3] in -1..1.</param>
/// <param name="Condition">Mean and logarithm of the variance of the condition that was drawn for the text.</param>
/// <param name="Stage1">The picture that stage 2 began with; null in stage 1.</param>
public sealed record StackGanOutput(Tensor Picture, LatentDistribution Condition, Tensor? Stage1);

/// <summary>
/// Conditioning augmentation: a text's vector becomes a normal distribution, from which the condition is drawn, so that neighbouring texts mean
/// neighbouring pictures. Key <c>fc</c>.
/// </summary>
internal sealed class ConditioningAugmentation(StackGanConfig config, WeightScope weights)
{
    private readonly Linear _fc = new(config.TextDim, 2 * config.ConditionDim, weights["fc"]);

    /// <summary>Texts [b, text] to a distribution [b, condition]; the published code has a ReLU over both its mean and its log-variance.</summary>
    public LatentDistribution Forward(Tensor text)
    {
        using Scope scope = new();
        Tensor both = _fc.Forward(text).Relu();                                         // [b, 2 condition]
        return new LatentDistribution(scope.Keep(both.Slice(1, 0, config.ConditionDim)), scope.Keep(both.Slice(1, config.ConditionDim, config.ConditionDim)));
    }
}

/// <summary>Doubles height and width by repeating pixels, then convolves; keys <c>1</c> and <c>2</c> of a sequence.</summary>
internal sealed class StackGanUpBlock(int inputs, int outputs, WeightScope weights)
{
    private readonly Conv2d _conv = new(inputs, outputs, 3, weights[1], Window.Square(1, 1), bias: false, GanStart.Weights);
    private readonly BatchNorm _norm = new(outputs, weights[2]);

    public Tensor Forward(Tensor x, bool training)
    {
        using Scope scope = new();
        return scope.Keep(_norm.Forward(_conv.Forward(x.UpsampleNearest2x()), training).Relu());
    }

    /// <summary>The blocks <c>upsample1</c>, <c>upsample2</c> .. that each halve the channels.</summary>
    public static StackGanUpBlock[] Blocks(int channels, int count, WeightScope weights) =>
        [.. Enumerable.Range(0, count).Select(i => new StackGanUpBlock(channels >> i, channels >> (i + 1), weights[$"upsample{i + 1}"]))];
}

/// <summary>Two convolutions beside the way straight through; keys <c>block.0</c>, <c>1</c>, <c>3</c>, <c>4</c>.</summary>
internal sealed class StackGanResidual(int channels, WeightScope weights)
{
    private readonly Conv2d _conv1 = new(channels, channels, 3, weights["block"][0], Window.Square(1, 1), bias: false, GanStart.Weights);
    private readonly BatchNorm _norm1 = new(channels, weights["block"][1]);
    private readonly Conv2d _conv2 = new(channels, channels, 3, weights["block"][3], Window.Square(1, 1), bias: false, GanStart.Weights);
    private readonly BatchNorm _norm2 = new(channels, weights["block"][4]);

    public Tensor Forward(Tensor x, bool training)
    {
        using Scope scope = new();
        Tensor h = _norm1.Forward(_conv1.Forward(x), training).Relu();
        return scope.Keep((_norm2.Forward(_conv2.Forward(h), training) + x).Relu());
    }
}

/// <summary>
/// A stage of StackGAN. Stage 1 draws a small picture from noise and a condition; stage 2 draws a large one from stage 1's and another condition of
/// the same text. Keys are those of the published code: <c>ca_net</c>, <c>fc</c>, <c>upsampleN</c>, <c>img</c>; in stage 2 also <c>STAGE1_G</c>,
/// <c>encoder</c>, <c>hr_joint</c>, <c>residual</c>.
/// </summary>
public sealed class StackGanGenerator : IConditionalGenerator
{
    private readonly ConditioningAugmentation _augmentation;
    private readonly StackGanUpBlock[] _upBlocks;
    private readonly Conv2d _picture;
    private readonly Linear? _fc;
    private readonly BatchNorm? _fcNorm;
    private readonly StackGanGenerator? _stage1;
    private readonly StackGanRefiner? _refiner;

    /// <summary>Builds at a place in a store.</summary>
    public StackGanGenerator(StackGanConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _augmentation = new ConditioningAugmentation(config, weights["ca_net"]);
        (int widest, int doublings) = (8 * config.GeneratorChannels, GanStart.Levels(config.SampleSize, "sample_size"));
        if (config.Stage == 1)
        {
            _fc = new Linear(config.LatentDim + config.ConditionDim, widest * 16, weights["fc"][0], bias: false, GanStart.Weights);
            _fcNorm = new BatchNorm(widest * 16, weights["fc"][1]);
        }
        else
        {
            _stage1 = new StackGanGenerator(config.Stage1, weights[Stage1Key]);
            _refiner = new StackGanRefiner(config, weights);
            (widest, doublings) = (4 * config.GeneratorChannels, doublings - GanStart.Levels(config.Stage1Size, "stage1_sample_size") + 2);
        }
        _upBlocks = StackGanUpBlock.Blocks(widest, doublings, weights);
        _picture = new Conv2d(widest >> doublings, 3, 3, weights["img"][0], Window.Square(1, 1), bias: false, GanStart.Weights);
    }

    /// <summary>Where stage 2 keeps stage 1.</summary>
    internal const string Stage1Key = "STAGE1_G";

    /// <summary>The numbers it was built with.</summary>
    public StackGanConfig Config { get; }

    /// <inheritdoc/>
    public int NoiseLength => Config.LatentDim + (Config.Stage * Config.ConditionDim);

    /// <inheritdoc/>
    public int TextLength => Config.TextDim;

    /// <inheritdoc/>
    public int SampleSize => Config.SampleSize;

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<StackGanGenerator> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<StackGanGenerator>(
            new ModelComponent(folder),
            device,
            json =>
            {
                StackGanConfig config = StackGanConfig.FromJson(json);
                return weights => new StackGanGenerator(config, weights);
            },
            BatchNorm.IsCounter);

    /// <summary>A new network.</summary>
    public static Pretrained<StackGanGenerator> Initialise(StackGanConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new StackGanGenerator(config, weights));

    /// <summary>Writes a component's folder.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <inheritdoc/>
    public Tensor Generate(Tensor noise, Tensor text)
    {
        using Scope scope = new();
        return scope.Keep(Forward(noise, text, training: false).Picture);
    }

    /// <summary>The distribution of the condition of texts [b, text].</summary>
    public LatentDistribution Condition(Tensor text) => _augmentation.Forward(text);

    /// <summary>
    /// Draws pictures. Noise [b, <see cref="NoiseLength"/>] holds that of the first layer, then that of the condition, in stage 2 also that of stage 1's
    /// condition. Stage 2 looks at stage 1 as it is: no gradient goes there, and its running statistics stay.
    /// </summary>
    public StackGanOutput Forward(Tensor noise, Tensor text, bool training)
    {
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(text);
        using Scope scope = new();
        LatentDistribution distribution = Condition(text);
        Tensor condition = distribution.Sample(noise.Slice(1, Config.LatentDim, Config.ConditionDim));
        Tensor? small = _stage1 is null ? null : Small(noise, text);
        Tensor x = small is null ? First(noise, condition, training) : _refiner!.Forward(small, condition, training);
        foreach (StackGanUpBlock block in _upBlocks)
            x = block.Forward(x, training);
        if (small is not null)
            scope.Keep(small);
        return new StackGanOutput(
            scope.Keep(_picture.Forward(x).Tanh()), new LatentDistribution(scope.Keep(distribution.Mean), scope.Keep(distribution.LogVariance)), small);
    }

    private Tensor Small(Tensor noise, Tensor text)
    {
        using IDisposable pause = Tape.Pause();
        int z = Config.LatentDim, c = Config.ConditionDim;
        Tensor own = Tensor.Concat(1, noise.Slice(1, 0, z), noise.Slice(1, z + c, c));
        return _stage1!.Generate(own, text);
    }

    // Noise and condition to [b, 4, 4, 8 f]; torch's order of the linear layer's outputs is channels, rows, columns.
    private Tensor First(Tensor noise, Tensor condition, bool training)
    {
        Tensor both = Tensor.Concat(1, noise.Slice(1, 0, Config.LatentDim), condition);
        Tensor x = _fcNorm!.Forward(_fc!.Forward(both), training).Relu();
        return x.Reshape(x.Shape[0], -1, 4, 4).Permute(0, 2, 3, 1);
    }
}

/// <summary>Stage 2's look at stage 1: encodes the small picture to a quarter, joins the condition, and mends it in residual blocks.</summary>
internal sealed class StackGanRefiner
{
    private readonly Conv2d _first;
    private readonly (Conv2d Conv, BatchNorm Norm)[] _down;
    private readonly Conv2d _joint;
    private readonly BatchNorm _jointNorm;
    private readonly StackGanResidual[] _residual;

    public StackGanRefiner(StackGanConfig config, WeightScope weights)
    {
        (int f, WeightScope encoder) = (config.GeneratorChannels, weights["encoder"]);
        (Window same, Window halving) = (Window.Square(1, 1), Window.Square(2, 1));
        _first = new Conv2d(3, f, 3, encoder[0], same, bias: false, GanStart.Weights);
        _down = [.. Enumerable.Range(0, 2).Select(i => (
            new Conv2d(f << i, f << (i + 1), 4, encoder[2 + (3 * i)], halving, bias: false, GanStart.Weights), new BatchNorm(f << (i + 1), encoder[3 + (3 * i)])))];
        _joint = new Conv2d((4 * f) + config.ConditionDim, 4 * f, 3, weights["hr_joint"][0], same, bias: false, GanStart.Weights);
        _jointNorm = new BatchNorm(4 * f, weights["hr_joint"][1]);
        _residual = [.. Enumerable.Range(0, config.ResidualBlocks).Select(i => new StackGanResidual(4 * f, weights["residual"][i]))];
    }

    /// <summary>A picture [b, s, s, 3] and a condition [b, c] to [b, s / 4, s / 4, 4 f].</summary>
    public Tensor Forward(Tensor small, Tensor condition, bool training)
    {
        using Scope scope = new();
        Tensor x = _first.Forward(small).Relu();
        foreach ((Conv2d conv, BatchNorm norm) in _down)
            x = norm.Forward(conv.Forward(x), training).Relu();
        x = _jointNorm.Forward(_joint.Forward(GanStart.Joined(x, condition)), training).Relu();
        foreach (StackGanResidual block in _residual)
            x = block.Forward(x, training);
        return scope.Keep(x);
    }
}
