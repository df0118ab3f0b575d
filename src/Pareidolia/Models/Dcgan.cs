// Conditional Generative Adversarial Nets, https://arxiv.org/abs/1411.1784, with the networks of https://arxiv.org/abs/1511.06434
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Noise and a condition become a picture: transposed convolutions double the size from 4, with batch norm and ReLU between them. Keys
/// <c>main.N</c> as torch numbers the sequence, and those of <see cref="TextCondition"/> where a text's vector is made the condition here.
/// </summary>
public sealed class DcganGenerator : IConditionalGenerator
{
    private readonly TextCondition? _condition;
    private readonly (ConvTranspose2d Conv, BatchNorm Norm)[] _blocks;
    private readonly ConvTranspose2d _last;

    /// <summary>Builds at a place in a store.</summary>
    public DcganGenerator(DcganConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        (int f, int levels, WeightScope main) = (config.BaseChannels, config.Levels, weights["main"]);
        Window doubling = Window.Square(2, 1);
        _condition = config.TextDim > 0 ? new TextCondition(config, weights) : null;
        _blocks = [.. Enumerable.Range(0, levels).Select(i => (
            new ConvTranspose2d(
                i == 0 ? config.LatentDim + config.ConditionDim : f << (levels - i), f << (levels - 1 - i), 4, main[3 * i],
                i == 0 ? Window.Unit : doubling, bias: false, GanStart.Weights),
            new BatchNorm(f << (levels - 1 - i), main[(3 * i) + 1])))];
        _last = new ConvTranspose2d(f, config.Channels, 4, main[3 * levels], doubling, bias: false, GanStart.Weights);
    }

    /// <summary>The numbers it was built with.</summary>
    public DcganConfig Config { get; }

    /// <inheritdoc/>
    public int NoiseLength => Config.LatentDim;

    /// <inheritdoc/>
    public int TextLength => Config.TextDim > 0 ? Config.TextDim : Config.ConditionDim;

    /// <inheritdoc/>
    public int SampleSize => Config.SampleSize;

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<DcganGenerator> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<DcganGenerator>(
            new ModelComponent(folder),
            device,
            json =>
            {
                DcganConfig config = DcganConfig.FromJson(json);
                return weights => new DcganGenerator(config, weights);
            },
            BatchNorm.IsCounter);

    /// <summary>A new network.</summary>
    public static Pretrained<DcganGenerator> Initialise(DcganConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new DcganGenerator(config, weights));

    /// <summary>Writes a component's folder.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <inheritdoc/>
    public Tensor Generate(Tensor noise, Tensor text) => Forward(noise, text, training: false);

    /// <summary>Noise [b, z] and text (or condition) [b, c] to pictures [b, size, size, channels] in -1..1.</summary>
    public Tensor Forward(Tensor noise, Tensor text, bool training)
    {
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(text);
        using Scope scope = new();
        Tensor condition = _condition?.Forward(text, training) ?? text;
        Tensor x = Tensor.Concat(1, noise, condition).Reshape(noise.Shape[0], 1, 1, -1);                // [b, 1, 1, z + c]
        foreach ((ConvTranspose2d conv, BatchNorm norm) in _blocks)
            x = norm.Forward(conv.Forward(x), training).Relu();                                         // [b, 4, 4, ..], then twice the size
        return scope.Keep(_last.Forward(x).Tanh());
    }
}

/// <summary>
/// Makes the condition of a text's vector. The texts of a set have much in common; what tells them apart is brought to one size by batch norm. Keys
/// <c>condition</c>, <c>condition_norm</c>.
/// </summary>
internal sealed class TextCondition(DcganConfig config, WeightScope weights)
{
    private readonly Linear _linear = new(config.TextDim, config.ConditionDim, weights["condition"], bias: false);
    private readonly BatchNorm _norm = new(config.ConditionDim, weights["condition_norm"]);

    /// <summary>Texts [b, text] to conditions [b, condition].</summary>
    public Tensor Forward(Tensor text, bool training)
    {
        using Scope scope = new();
        return scope.Keep(_norm.Forward(_linear.Forward(text), training).LeakyRelu());
    }
}

/// <summary>
/// Judges a picture with its condition: strided convolutions halve the size to 4, then one score. Keys <c>main.N</c> and <c>out</c>;
/// those of <see cref="TextCondition"/> where a text's vector is made the condition here, <c>embed</c> where it is compared by an inner product.
/// </summary>
public sealed class DcganDiscriminator
{
    private readonly DownBlock[] _blocks;
    private readonly bool _deviation;
    private readonly TextCondition? _condition;
    private readonly SpectralLinear? _embed;
    private readonly Conv2d? _out;
    private readonly SpectralConv2d? _spectralOut;

    /// <summary>Builds at a place in a store.</summary>
    public DcganDiscriminator(DcganConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        (int f, int levels) = (config.BaseChannels, config.Levels);
        _blocks = [.. Enumerable.Range(0, levels).Select(i => new DownBlock(
            i == 0 ? config.Channels : f << (i - 1), f << i, new DownSettings(4, 2, config.SpectralNorm, i > 0), weights["main"], i == 0 ? 0 : (3 * i) - 1))];
        _deviation = config.MinibatchDeviation;
        int features = (f << (levels - 1)) + (_deviation ? 1 : 0);
        int judged = config.Projection ? features : features + config.ConditionDim;
        _condition = config.TextDim > 0 ? new TextCondition(config, weights) : null;
        _embed = config.Projection ? new SpectralLinear(config.ConditionDim, features, weights["embed"]) : null;
        if (config.SpectralNorm)
            _spectralOut = new SpectralConv2d(judged, 1, 4, weights["out"], Window.Unit);
        else
            _out = new Conv2d(judged, 1, 4, weights["out"], Window.Unit, initializer: GanStart.Weights);
    }

    /// <summary>What is seen in pictures [b, size, size, channels]: [b, 4, 4, f].</summary>
    public Tensor Features(Tensor pictures, bool training)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        return DownBlock.Seen(_blocks, pictures, training, _deviation);
    }

    /// <summary>How well features [b, 4, 4, f] fit texts (or conditions) [b, c] and look real: scores [b], high for real pairs.</summary>
    public Tensor Score(Tensor features, Tensor text, bool training)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(text);
        using Scope scope = new();
        Tensor condition = _condition?.Forward(text, training) ?? text;
        int b = features.Shape[0];
        if (_embed is null)
            return scope.Keep(Out(GanStart.Joined(features, condition), training).Reshape(b));
        Tensor seen = features.Reshape(b, 16, -1).Sum(1);                                               // [b, f]
        Tensor agreement = (seen * _embed.Forward(condition, training)).Sum(1);                         // [b]
        return scope.Keep(Out(features, training).Reshape(b) + agreement);
    }

    private Tensor Out(Tensor x, bool training) => _spectralOut?.Forward(x, training) ?? _out!.Forward(x);
}
