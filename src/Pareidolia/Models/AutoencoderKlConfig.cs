using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The numbers of an <see cref="AutoencoderKl"/>, named as in diffusers' config.json. The defaults are Stable Diffusion 1's.
/// </summary>
public sealed record AutoencoderKlConfig : LatentHalvesConfig
{
    /// <summary>Height and width that the model was trained on, in pixels.</summary>
    public int SampleSize { get; init; } = 512;

    /// <summary>What is taken off a latent before it is multiplied by <see cref="LatentHalvesConfig.ScalingFactor"/>.</summary>
    public double ShiftFactor { get; init; }

    /// <summary>A 1x1 convolution follows the encoder.</summary>
    public bool UseQuantConv { get; init; } = true;

    /// <summary>A 1x1 convolution precedes the decoder.</summary>
    public bool UsePostQuantConv { get; init; } = true;

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static AutoencoderKlConfig FromJson(JsonConfig config)
    {
        AutoencoderKlConfig read = Read(new AutoencoderKlConfig(), config, latentChannels: 4);
        config.RequireAbsent("latents_mean", "latents_std");
        return read with
        {
            SampleSize = config.Int("sample_size", 32),
            ShiftFactor = config.Double("shift_factor", 0),
            UseQuantConv = config.Bool("use_quant_conv", true),
            UsePostQuantConv = config.Bool("use_post_quant_conv", true),
        };
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        WriteShared(json, "AutoencoderKL");
        json.WriteNumber("sample_size", SampleSize);
        json.WriteOptional("shift_factor", ShiftFactor == 0 ? null : ShiftFactor);
        json.WriteBoolean("use_quant_conv", UseQuantConv);
        json.WriteBoolean("use_post_quant_conv", UsePostQuantConv);
        json.WriteEndObject();
    }
}
