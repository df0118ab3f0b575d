// Real-Time Single Image and Video Super-Resolution ..., https://arxiv.org/abs/1609.05158; residuals as in https://arxiv.org/abs/1707.02921
using System.Text.Json;
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a <see cref="PixelShuffleUpscaler"/>.</summary>
public sealed record PixelShuffleUpscalerConfig
{
    /// <summary>Channels of the features.</summary>
    public int Channels { get; init; } = 32;

    /// <summary>Residual blocks.</summary>
    public int Blocks { get; init; } = 4;

    /// <summary>How many times larger height and width become.</summary>
    public int Scale { get; init; } = 2;

    /// <summary>
    /// Channels at the large size, which a last convolution makes colours of: neighbours that come from one small pixel then know of each other. 0 for none.
    /// </summary>
    public int RefineChannels { get; init; }

    /// <summary>Reads a config.</summary>
    /// <exception cref="PareidoliaException">A value is missing or of the wrong kind, or the config is another model's.</exception>
    public static PixelShuffleUpscalerConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Choice("_class_name", nameof(PixelShuffleUpscaler));
        return new PixelShuffleUpscalerConfig
        {
            Channels = config.Int("channels"),
            Blocks = config.Int("blocks"),
            Scale = config.Int("scale", 2),
            RefineChannels = config.Int("refine_channels", 0),
        };
    }

    /// <summary>Writes the config.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", nameof(PixelShuffleUpscaler));
        json.WriteNumber("channels", Channels);
        json.WriteNumber("blocks", Blocks);
        json.WriteNumber("scale", Scale);
        if (RefineChannels > 0)
            json.WriteNumber("refine_channels", RefineChannels);
        json.WriteEndObject();
    }
}

/// <summary>
/// Makes a small picture larger and crisp: bilinear enlargement plus what a few convolutions at the small size have learned to be missing. Keys
/// <c>conv_in</c>, <c>blocks.N.conv1</c>, <c>blocks.N.conv2</c>, <c>conv_out</c>, and <c>refine</c> where there are channels for it.
/// </summary>
public sealed class PixelShuffleUpscaler
{
    private readonly Conv2d _convIn;
    private readonly (Conv2d First, Conv2d Second)[] _blocks;
    private readonly Conv2d _convOut;
    private readonly Conv2d? _refine;

    /// <summary>Builds at a place in a store; a new network begins as the bilinear enlargement.</summary>
    public PixelShuffleUpscaler(PixelShuffleUpscalerConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        (int c, Window same) = (config.Channels, Window.Square(1, 1));
        _convIn = new Conv2d(3, c, 3, weights["conv_in"], same);
        _blocks = [.. Enumerable.Range(0, config.Blocks).Select(i => (
            new Conv2d(c, c, 3, weights["blocks"][i]["conv1"], same),
            new Conv2d(c, c, 3, weights["blocks"][i]["conv2"], same)))];
        int large = config.RefineChannels;
        _convOut = new Conv2d(c, (large > 0 ? large : 3) * config.Scale * config.Scale, 3, weights["conv_out"], same, initializer: large > 0 ? null : Initializer.Zeros);
        _refine = large > 0 ? new Conv2d(large, 3, 3, weights["refine"], same, initializer: Initializer.Zeros) : null;
    }

    /// <summary>The numbers it was built with.</summary>
    public PixelShuffleUpscalerConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<PixelShuffleUpscaler> Load(string folder, Backend? device = null) =>
        Load(new ModelComponent(folder), device);

    /// <summary>Loads a part of a model.</summary>
    /// <exception cref="PareidoliaException">It is damaged, or describes another network.</exception>
    public static Pretrained<PixelShuffleUpscaler> Load(ModelComponent component, Backend? device = null) =>
        ModelStorage.Load<PixelShuffleUpscaler>(component, device, json =>
        {
            PixelShuffleUpscalerConfig config = PixelShuffleUpscalerConfig.FromJson(json);
            return weights => new PixelShuffleUpscaler(config, weights);
        });

    /// <summary>A new network.</summary>
    public static Pretrained<PixelShuffleUpscaler> Initialise(PixelShuffleUpscalerConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new PixelShuffleUpscaler(config, weights));

    /// <summary>Writes a component's folder.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>Pixels [b, h, w, 3] in -1..1 to [b, h scale, w scale, 3], about -1..1 (not clamped).</summary>
    public Tensor Forward(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        using Scope scope = new();
        int r = Config.Scale;
        Tensor x = _convIn.Forward(pixels);                                                             // [b, h, w, c]
        foreach ((Conv2d first, Conv2d second) in _blocks)
            x = second.Forward(first.Forward(x).Silu(), residual: x);
        Tensor missing = _convOut.Forward(x).PixelShuffle(r);                                           // [b, h r, w r, 3 or more]
        return scope.Keep(WrappedEdges.Enlarged(pixels, r) + (_refine?.Forward(missing.Silu()) ?? missing));
    }
}
