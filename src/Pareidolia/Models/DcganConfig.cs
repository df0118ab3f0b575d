using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a conditional DCGAN: of a <see cref="DcganGenerator"/> and the <see cref="DcganDiscriminator"/> that it is trained against.</summary>
public sealed record DcganConfig
{
    /// <summary>Numbers of noise.</summary>
    public int LatentDim { get; init; } = 100;

    /// <summary>Length of the condition that meets the noise.</summary>
    public int ConditionDim { get; init; } = 128;

    /// <summary>Length of a text's vector, which a learned layer makes the condition of; 0 where the condition is given as it is.</summary>
    public int TextDim { get; init; }

    /// <summary>Channels at half the picture's size; each halving has twice as many.</summary>
    public int BaseChannels { get; init; } = 64;

    /// <summary>Channels of the picture, 1 or 3.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Height and width of the picture: a power of two from 8.</summary>
    public int SampleSize { get; init; } = 64;

    /// <summary>Whether the discriminator is spectrally normalised instead of batch-normalised.</summary>
    public bool SpectralNorm { get; init; }

    /// <summary>
    /// Whether the discriminator compares picture and condition by their inner product (https://arxiv.org/abs/1802.05637) instead of reading both side
    /// by side.
    /// </summary>
    public bool Projection { get; init; }

    /// <summary>Whether the discriminator also sees how much the pictures of a batch differ from each other (https://arxiv.org/abs/1710.10196).</summary>
    public bool MinibatchDeviation { get; init; }

    /// <summary>How often the size doubles from 4.</summary>
    internal int Levels => GanStart.Levels(SampleSize, "sample_size");

    /// <summary>Reads a config.</summary>
    /// <exception cref="PareidoliaException">A value is missing, of the wrong kind or out of range, or the config is another model's.</exception>
    public static DcganConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Choice("_class_name", nameof(DcganGenerator));
        DcganConfig read = new()
        {
            LatentDim = config.Int("latent_dim", 100),
            ConditionDim = config.Int("condition_dim", 128),
            TextDim = config.Int("text_dim", 0),
            BaseChannels = config.Int("base_channels", 64),
            Channels = config.Int("channels", 3),
            SampleSize = config.Int("sample_size", 64),
            SpectralNorm = config.Bool("spectral_norm", false),
            Projection = config.Bool("projection", false),
            MinibatchDeviation = config.Bool("minibatch_deviation", false),
        };
        if (Math.Min(Math.Min(read.LatentDim, read.ConditionDim), read.BaseChannels) < 1 || read.TextDim < 0 || read.Channels is not (1 or 3))
            throw new PareidoliaException($"'{config.Name}': latent_dim, condition_dim and base_channels should be at least 1, text_dim at least 0, channels 1 or 3.");
        return read with { SampleSize = 4 << read.Levels };
    }

    /// <summary>Writes the config.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", nameof(DcganGenerator));
        json.WriteNumber("latent_dim", LatentDim);
        json.WriteNumber("condition_dim", ConditionDim);
        json.WriteNumber("text_dim", TextDim);
        json.WriteNumber("base_channels", BaseChannels);
        json.WriteNumber("channels", Channels);
        json.WriteNumber("sample_size", SampleSize);
        json.WriteBoolean("spectral_norm", SpectralNorm);
        json.WriteBoolean("projection", Projection);
        json.WriteBoolean("minibatch_deviation", MinibatchDeviation);
        json.WriteEndObject();
    }
}
