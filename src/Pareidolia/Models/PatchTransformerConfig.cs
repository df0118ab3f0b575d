using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers that diffusion transformers share whose tokens are a picture's squares, named as in diffusers' config.json.</summary>
public abstract record PatchTransformerConfig
{
    /// <summary>Height and width that the model was trained on, or that positions count from, in cells of the latent.</summary>
    public int SampleSize { get; init; }

    /// <summary>Cells of a token, in each direction.</summary>
    public int PatchSize { get; init; } = 2;

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; init; } = 4;

    /// <summary>Channels of the prediction; twice those of the input where it also tells the variance.</summary>
    public int OutChannels { get; init; } = 8;

    /// <summary>Number of blocks.</summary>
    public int NumLayers { get; init; } = 28;

    /// <summary>Heads of the attention.</summary>
    public int NumAttentionHeads { get; init; } = 16;

    /// <summary>Channels of a head.</summary>
    public int AttentionHeadDim { get; init; } = 72;

    /// <summary>Numbers of a token.</summary>
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <summary>Numbers that the last layer says of a token: its cells' channels.</summary>
    internal int PatchOutputs => PatchSize * PatchSize * OutChannels;

    /// <summary>The shared numbers of a diffusers config.</summary>
    /// <param name="standard">What counts where the config says nothing.</param>
    /// <param name="config">The config.</param>
    /// <param name="outChannels">Channels of the prediction where it says nothing; null for those of the input.</param>
    private protected static T Read<T>(T standard, JsonConfig config, int? outChannels = null) where T : PatchTransformerConfig
    {
        ArgumentNullException.ThrowIfNull(config);
        int channels = config.Int("in_channels", standard.InChannels);
        return standard with
        {
            SampleSize = config.Int("sample_size", standard.SampleSize),
            PatchSize = config.Int("patch_size", standard.PatchSize),
            InChannels = channels,
            OutChannels = config.Int("out_channels", outChannels ?? channels),
            NumLayers = config.Int("num_layers", standard.NumLayers),
            NumAttentionHeads = config.Int("num_attention_heads", standard.NumAttentionHeads),
            AttentionHeadDim = config.Int("attention_head_dim", standard.AttentionHeadDim),
        };
    }

    /// <summary>Begins the config as diffusers reads it.</summary>
    private protected void WriteShared(Utf8JsonWriter json, string className)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", className);
        json.WriteNumber("sample_size", SampleSize);
        json.WriteNumber("patch_size", PatchSize);
        json.WriteNumber("in_channels", InChannels);
        json.WriteNumber("out_channels", OutChannels);
        json.WriteNumber("num_layers", NumLayers);
        json.WriteNumber("num_attention_heads", NumAttentionHeads);
        json.WriteNumber("attention_head_dim", AttentionHeadDim);
    }
}
