using System.Text.Json;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Models;

/// <summary>The numbers of an <see cref="AutoencoderTiny"/>, named as in diffusers' config.json. The defaults are TAESD's.</summary>
public sealed record AutoencoderTinyConfig
{
    /// <summary>Channels of the pictures that go in.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the pictures that come out.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Channels of each level of the encoder, from the full size down; each level after the first halves height and width.</summary>
    public IReadOnlyList<int> EncoderBlockOutChannels { get; init; } = [64, 64, 64, 64];

    /// <summary>Channels of each level of the decoder, from the smallest size up.</summary>
    public IReadOnlyList<int> DecoderBlockOutChannels { get; init; } = [64, 64, 64, 64];

    /// <summary>Blocks of each level of the encoder.</summary>
    public IReadOnlyList<int> NumEncoderBlocks { get; init; } = [1, 3, 3, 3];

    /// <summary>Blocks of each level of the decoder.</summary>
    public IReadOnlyList<int> NumDecoderBlocks { get; init; } = [3, 3, 3, 1];

    /// <summary>Channels of the latent.</summary>
    public int LatentChannels { get; init; } = 4;

    /// <summary>What a latent is multiplied by for the diffusion model: TAESD's latents are those of the diffusion model.</summary>
    public double ScalingFactor { get; init; } = 1;

    /// <summary>What is taken off a latent before that.</summary>
    public double ShiftFactor { get; init; }

    /// <summary>Pixels of one cell of the latent, in each direction.</summary>
    public int Factor => 1 << (DecoderBlockOutChannels.Count - 1);

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static AutoencoderTinyConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Choice("act_fn", "relu");
        config.Choice("upsample_fn", "nearest");
        if (config.Int("upsampling_scaling_factor", 2) is not 2 and int factor)
            throw new PareidoliaException($"'{config.Name}': \"upsampling_scaling_factor\" is {factor}, which is not supported; 2 is.");
        AutoencoderTinyConfig standard = new();
        return new AutoencoderTinyConfig
        {
            InChannels = config.Int("in_channels", 3),
            OutChannels = config.Int("out_channels", 3),
            EncoderBlockOutChannels = config.Ints("encoder_block_out_channels", standard.EncoderBlockOutChannels),
            DecoderBlockOutChannels = config.Ints("decoder_block_out_channels", standard.DecoderBlockOutChannels),
            NumEncoderBlocks = config.Ints("num_encoder_blocks", standard.NumEncoderBlocks),
            NumDecoderBlocks = config.Ints("num_decoder_blocks", standard.NumDecoderBlocks),
            LatentChannels = config.Int("latent_channels", 4),
            ScalingFactor = config.Double("scaling_factor", 1),
            ShiftFactor = config.Double("shift_factor", 0),
        }.Checked(config.Name);
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", nameof(AutoencoderTiny));
        json.WriteNumber("in_channels", InChannels);
        json.WriteNumber("out_channels", OutChannels);
        json.WriteList("encoder_block_out_channels", EncoderBlockOutChannels);
        json.WriteList("decoder_block_out_channels", DecoderBlockOutChannels);
        json.WriteString("act_fn", "relu");
        json.WriteString("upsample_fn", "nearest");
        json.WriteNumber("latent_channels", LatentChannels);
        json.WriteNumber("upsampling_scaling_factor", 2);
        json.WriteList("num_encoder_blocks", NumEncoderBlocks);
        json.WriteList("num_decoder_blocks", NumDecoderBlocks);
        json.WriteNumber("scaling_factor", ScalingFactor);
        json.WriteNumber("shift_factor", ShiftFactor);
        json.WriteEndObject();
    }

    /// <summary>The config of weights under diffusers' names, from their shapes; the encoder may be missing.</summary>
    /// <exception cref="PareidoliaException">They are those of another network.</exception>
    internal static AutoencoderTinyConfig Infer(StoredWeights weights)
    {
        (List<int> blocks, List<int> channels, int last) = Levels(weights, "decoder", first: 2);
        (List<int> encoderBlocks, List<int> encoderChannels, _) = Levels(weights, "encoder", first: 1);
        if (blocks.Count == 0)
            throw new PareidoliaException($"'{weights.Location}' has no decoder of a tiny autoencoder.");
        return new AutoencoderTinyConfig
        {
            LatentChannels = (int)weights.Entry("decoder.layers.0.weight").Shape[1],
            OutChannels = last,
            NumDecoderBlocks = blocks,
            DecoderBlockOutChannels = channels,
            NumEncoderBlocks = encoderBlocks,
            EncoderBlockOutChannels = encoderChannels,
        };
    }

    // A level is its blocks and the convolution behind them; the layers between that have no weights repeat pixels.
    private static (List<int> Blocks, List<int> Channels, int Last) Levels(StoredWeights weights, string half, int first)
    {
        string At(int i) => $"{half}.layers.{i}";
        List<int> blocks = [], channels = [];
        (int count, int last) = (0, 0);
        for (int i = first; weights.Has($"{At(i)}.weight") || weights.Has($"{At(i)}.conv.0.weight") || weights.Has($"{At(i + 1)}.weight"); i++)
        {
            if (weights.Has($"{At(i)}.conv.0.weight"))
                count++;
            if (!weights.Has($"{At(i)}.weight"))
                continue;
            long[] shape = weights.Entry($"{At(i)}.weight").Shape;
            blocks.Add(count);
            channels.Add((int)shape[1]);
            (count, last) = (0, (int)shape[0]);
        }
        return (blocks, channels, last);
    }

    private AutoencoderTinyConfig Checked(string name) =>
        NumEncoderBlocks.Count == EncoderBlockOutChannels.Count && NumDecoderBlocks.Count == DecoderBlockOutChannels.Count
            && NumEncoderBlocks.Count == NumDecoderBlocks.Count && NumDecoderBlocks.Count > 0
            ? this
            : throw new PareidoliaException($"'{name}': the encoder has {EncoderBlockOutChannels.Count} levels and {NumEncoderBlocks.Count} numbers of blocks, "
                + $"the decoder {DecoderBlockOutChannels.Count} and {NumDecoderBlocks.Count}; all should be equally many.");
}
