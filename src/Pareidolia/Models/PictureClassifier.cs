// Gradient-based learning applied to document recognition, https://doi.org/10.1109/5.726791, with the norms of https://arxiv.org/abs/1803.08494
using System.Text.Json;
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a <see cref="PictureClassifier"/>.</summary>
public sealed record PictureClassifierConfig
{
    /// <summary>Groups of the norms.</summary>
    internal const int NormGroups = 8;

    /// <summary>Channels of the picture, 1 or 3.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Height and width of the picture; each level halves it.</summary>
    public int SampleSize { get; init; } = 32;

    /// <summary>Channels of each level, multiples of 8.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [16, 32, 64];

    /// <summary>Length of the features before the last layer.</summary>
    public int FeatureDim { get; init; } = 128;

    /// <summary>Number of classes.</summary>
    public int NumClasses { get; init; } = 10;

    /// <summary>Reads a config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind or out of range, or the config is another model's.</exception>
    public static PictureClassifierConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Choice("_class_name", nameof(PictureClassifier));
        PictureClassifierConfig read = new()
        {
            Channels = config.Int("channels", 1),
            SampleSize = config.Int("sample_size", 32),
            BlockOutChannels = config.Ints("block_out_channels", [16, 32, 64]),
            FeatureDim = config.Int("feature_dim", 128),
            NumClasses = config.Int("num_classes", 10),
        };
        if (read.BlockOutChannels.Count == 0 || read.BlockOutChannels.Any(width => width < NormGroups || width % NormGroups != 0))
            throw new PareidoliaException($"'{config.Name}': block_out_channels should be multiples of {NormGroups}.");
        int factor = 1 << read.BlockOutChannels.Count;
        if (read.SampleSize < factor || read.SampleSize % factor != 0)
            throw new PareidoliaException($"'{config.Name}': sample_size is {read.SampleSize}; a multiple of {factor} is needed for {read.BlockOutChannels.Count} levels.");
        return read.FeatureDim > 0 && read.NumClasses > 1 && read.Channels is 1 or 3
            ? read
            : throw new PareidoliaException($"'{config.Name}': feature_dim should be at least 1, num_classes at least 2, channels 1 or 3.");
    }

    /// <summary>Writes the config.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", nameof(PictureClassifier));
        json.WriteNumber("channels", Channels);
        json.WriteNumber("sample_size", SampleSize);
        json.WriteList("block_out_channels", BlockOutChannels);
        json.WriteNumber("feature_dim", FeatureDim);
        json.WriteNumber("num_classes", NumClasses);
        json.WriteEndObject();
    }
}

/// <summary>
/// Tells what a small picture shows: at each level two convolutions, of which the second halves the size, then two linear layers. Its features judge
/// generators. Keys <c>blocks.N.conv1</c>, <c>norm1</c>, <c>conv2</c>, <c>norm2</c>, <c>fc1</c>, <c>fc2</c>.
/// </summary>
public sealed class PictureClassifier
{
    private readonly (Conv2d Conv1, GroupNorm Norm1, Conv2d Conv2, GroupNorm Norm2)[] _blocks;
    private readonly Linear _fc1;
    private readonly Linear _fc2;

    /// <summary>Builds at a place in a store.</summary>
    public PictureClassifier(PictureClassifierConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        IReadOnlyList<int> widths = config.BlockOutChannels;
        _blocks = [.. widths.Select((width, i) => Block(i == 0 ? config.Channels : widths[i - 1], width, weights["blocks"][i]))];
        int side = config.SampleSize >> widths.Count;
        _fc1 = new Linear(side * side * widths[^1], config.FeatureDim, weights["fc1"]);
        _fc2 = new Linear(config.FeatureDim, config.NumClasses, weights["fc2"]);
    }

    /// <summary>The numbers it was built with.</summary>
    public PictureClassifierConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<PictureClassifier> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<PictureClassifier>(new ModelComponent(folder), device, json =>
        {
            PictureClassifierConfig config = PictureClassifierConfig.FromJson(json);
            return weights => new PictureClassifier(config, weights);
        });

    /// <summary>A new network.</summary>
    public static Pretrained<PictureClassifier> Initialise(PictureClassifierConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new PictureClassifier(config, weights));

    /// <summary>Writes a component's folder.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>What is seen in pictures [b, size, size, channels] in -1..1: features [b, d], none below 0.</summary>
    public Tensor Features(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Rank != 4 || pixels.Shape[1] != Config.SampleSize || pixels.Shape[2] != Config.SampleSize || pixels.Shape[3] != Config.Channels)
            throw new TensorException($"PictureClassifier: pictures {pixels.Shape} should be [b, {Config.SampleSize}, {Config.SampleSize}, {Config.Channels}].");
        using Scope scope = new();
        Tensor x = pixels;
        foreach ((Conv2d conv1, GroupNorm norm1, Conv2d conv2, GroupNorm norm2) in _blocks)
            x = norm2.Forward(conv2.Forward(norm1.Forward(conv1.Forward(x))));
        return scope.Keep(_fc1.Forward(x.Reshape(x.Shape[0], -1)).Relu());
    }

    /// <summary>Features [b, d] to logits of the classes [b, classes].</summary>
    public Tensor Logits(Tensor features) => _fc2.Forward(features);

    private static (Conv2d Conv1, GroupNorm Norm1, Conv2d Conv2, GroupNorm Norm2) Block(int inputs, int width, WeightScope weights) => (
        new Conv2d(inputs, width, 3, weights["conv1"], Window.Square(1, 1)),
        new GroupNorm(PictureClassifierConfig.NormGroups, width, weights["norm1"], activation: Activation.Silu),
        new Conv2d(width, width, 3, weights["conv2"], Window.Square(2, 1)),
        new GroupNorm(PictureClassifierConfig.NormGroups, width, weights["norm2"], activation: Activation.Silu));
}
