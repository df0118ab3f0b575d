// TAESD, https://github.com/madebyollin/taesd, in the layout of diffusers
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Pictures to latents and back in a small fraction of an <see cref="AutoencoderKl"/>'s time, and nearly as well: plain convolutions, no norms. Config and
/// keys are those of diffusers' AutoencoderTiny, <c>encoder.layers.N</c> and <c>decoder.layers.N</c>.
/// </summary>
public sealed class AutoencoderTiny
{
    // Latents beyond this are bent back: half the range in which TAESD's are stored as bytes.
    private const float Magnitude = 3;

    private readonly Func<Tensor, Tensor>[]? _encoder;
    private readonly Func<Tensor, Tensor>[] _decoder;

    /// <summary>Builds at a place in a store; weights without an encoder make a network that only decodes.</summary>
    public AutoencoderTiny(AutoencoderTinyConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _encoder = weights["encoder.layers.0"].Has("weight") ? Encoder(config, weights["encoder.layers"]) : null;
        _decoder = Decoder(config, weights["decoder.layers"]);
    }

    /// <summary>The numbers it was built with.</summary>
    public AutoencoderTinyConfig Config { get; }

    /// <summary>Whether it has an encoder.</summary>
    public bool Encodes => _encoder is not null;

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<AutoencoderTiny> Load(string folder, Backend? device = null) => Load(new ModelComponent(folder), device);

    /// <summary>Loads a part of a model.</summary>
    /// <exception cref="PareidoliaException">It is damaged, or describes another network.</exception>
    public static Pretrained<AutoencoderTiny> Load(ModelComponent component, Backend? device = null) =>
        ModelStorage.Load<AutoencoderTiny>(component, device, json =>
        {
            AutoencoderTinyConfig config = AutoencoderTinyConfig.FromJson(json);
            return weights => new AutoencoderTiny(config, weights);
        });

    /// <summary>A new network.</summary>
    public static Pretrained<AutoencoderTiny> Initialise(AutoencoderTinyConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new AutoencoderTiny(config, weights));

    /// <summary>Writes a component's folder that diffusers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>The latent [b, h / f, w / f, c] of pixels [b, h, w, 3] in -1..1, height and width multiples of <see cref="AutoencoderTinyConfig.Factor"/>.</summary>
    /// <exception cref="PareidoliaException">Its weights came without an encoder.</exception>
    public Tensor Encode(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Rank != 4 || pixels.Shape[3] != Config.InChannels || pixels.Shape[1] % Config.Factor != 0 || pixels.Shape[2] % Config.Factor != 0)
            throw new TensorException(
                $"AutoencoderTiny: pixels {pixels.Shape} should be [b, h, w, {Config.InChannels}] with h and w multiples of {Config.Factor}.");
        if (_encoder is null)
            throw new PareidoliaException("This tiny autoencoder came without an encoder, which reading a picture needs: its file should lie beside the decoder's.");
        using Scope scope = new();
        return scope.Keep(Steps.Run(_encoder, pixels.Affine(0.5f, 0.5f)));
    }

    /// <summary>Pixels [b, h f, w f, 3], about -1..1, of a latent [b, h, w, c].</summary>
    public Tensor Decode(Tensor latent)
    {
        ArgumentNullException.ThrowIfNull(latent);
        if (latent.Rank != 4 || latent.Shape[3] != Config.LatentChannels)
            throw new TensorException($"AutoencoderTiny: latent {latent.Shape} should be [b, h, w, {Config.LatentChannels}].");
        using Scope scope = new();
        Tensor bent = latent.Scale(1 / Magnitude).Tanh().Scale(Magnitude);
        return scope.Keep(Steps.Run(_decoder, bent).Affine(2, -1));
    }

    private static Func<Tensor, Tensor>[] Encoder(AutoencoderTinyConfig config, WeightScope layers)
    {
        List<Func<Tensor, Tensor>> steps = [];
        int inputs = config.InChannels;
        for (int level = 0; level < config.EncoderBlockOutChannels.Count; level++)
        {
            int c = config.EncoderBlockOutChannels[level];
            steps.Add(Convolution(inputs, c, layers[steps.Count], stride: level == 0 ? 1 : 2, bias: level == 0));
            for (int i = 0; i < config.NumEncoderBlocks[level]; i++)
                steps.Add(Block(c, layers[steps.Count]));
            inputs = c;
        }
        steps.Add(Convolution(inputs, config.LatentChannels, layers[steps.Count]));
        return [.. steps];
    }

    private static Func<Tensor, Tensor>[] Decoder(AutoencoderTinyConfig config, WeightScope layers)
    {
        IReadOnlyList<int> channels = config.DecoderBlockOutChannels;
        List<Func<Tensor, Tensor>> steps = [Convolution(config.LatentChannels, channels[0], layers[0]), x => x.Relu()];
        for (int level = 0; level < channels.Count; level++)
        {
            bool ends = level == channels.Count - 1;
            for (int i = 0; i < config.NumDecoderBlocks[level]; i++)
                steps.Add(Block(channels[level], layers[steps.Count]));
            if (!ends)
                steps.Add(x => x.UpsampleNearest2x());
            int outputs = ends ? config.OutChannels : channels[level + 1];
            steps.Add(Convolution(channels[level], outputs, layers[steps.Count], bias: ends));
        }
        return [.. steps];
    }

    private static Func<Tensor, Tensor> Convolution(int inputs, int outputs, WeightScope at, int stride = 1, bool bias = true)
    {
        Conv2d conv = new(inputs, outputs, 3, at, Window.Square(stride, 1), bias);
        return x => conv.Forward(x);
    }

    // Three convolutions, plus the input.
    private static Func<Tensor, Tensor> Block(int channels, WeightScope at)
    {
        Conv2d[] convolutions = [.. ((int[])[0, 2, 4]).Select(i => new Conv2d(channels, channels, 3, at["conv"][i], Window.Square(1, 1)))];
        return x =>
        {
            using Scope scope = new();
            Tensor h = convolutions[1].Forward(convolutions[0].Forward(x).Relu()).Relu();               // [b, h, w, c]
            return scope.Keep(convolutions[2].Forward(h, residual: x).Relu());
        };
    }
}
