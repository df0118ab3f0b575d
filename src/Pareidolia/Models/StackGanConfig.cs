using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a stage of StackGAN, named as in the published code.</summary>
public sealed record StackGanConfig
{
    /// <summary>1: a small picture from the text. 2: a larger one from the small one and the text.</summary>
    public int Stage { get; init; } = 1;

    /// <summary>Numbers of noise (<c>Z_DIM</c>).</summary>
    public int LatentDim { get; init; } = 100;

    /// <summary>Length of a text's vector (<c>TEXT_DIMENSION</c>).</summary>
    public int TextDim { get; init; } = 1024;

    /// <summary>Length of the condition that is drawn for a text (<c>CONDITION_DIM</c>).</summary>
    public int ConditionDim { get; init; } = 128;

    /// <summary>Channels of the generators (<c>GF_DIM</c>).</summary>
    public int GeneratorChannels { get; init; } = 192;

    /// <summary>Channels of the discriminator (<c>DF_DIM</c>).</summary>
    public int DiscriminatorChannels { get; init; } = 96;

    /// <summary>Residual blocks of stage 2 (<c>R_NUM</c>).</summary>
    public int ResidualBlocks { get; init; } = 4;

    /// <summary>Height and width of this stage's picture (<c>sample_size</c>; 64 and 256 in the paper).</summary>
    public int SampleSize { get; init; } = 64;

    /// <summary>Height and width of stage 1's picture (<c>stage1_sample_size</c>).</summary>
    public int Stage1Size { get; init; } = 64;

    /// <summary>Whether the discriminator is spectrally normalised instead of batch-normalised (<c>spectral_norm</c>; not in the paper).</summary>
    public bool SpectralNorm { get; init; }

    /// <summary>Whether the discriminator also sees how much the pictures of a batch differ from each other (<c>minibatch_deviation</c>; not in the paper).</summary>
    public bool MinibatchDeviation { get; init; }

    /// <summary>The numbers of the stage that this one begins with.</summary>
    internal StackGanConfig Stage1 => this with { Stage = 1, SampleSize = Stage1Size };

    /// <summary>Reads a config.</summary>
    /// <exception cref="PareidoliaException">A value is missing, of the wrong kind or out of range, or the config is another model's.</exception>
    public static StackGanConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Choice("_class_name", nameof(StackGanGenerator));
        int stage = config.Int("stage");
        StackGanConfig read = new()
        {
            Stage = stage is 1 or 2 ? stage : throw new PareidoliaException($"'{config.Name}': stage is {stage}; 1 or 2 is needed."),
            LatentDim = config.Int("Z_DIM"),
            TextDim = config.Int("TEXT_DIMENSION"),
            ConditionDim = config.Int("CONDITION_DIM"),
            GeneratorChannels = config.Int("GF_DIM"),
            DiscriminatorChannels = config.Int("DF_DIM"),
            ResidualBlocks = config.Int("R_NUM", 4),
            Stage1Size = config.Int("stage1_sample_size", stage == 1 ? config.Int("sample_size", 64) : 64),
            SampleSize = config.Int("sample_size", stage == 1 ? 64 : 256),
            SpectralNorm = config.Bool("spectral_norm", false),
            MinibatchDeviation = config.Bool("minibatch_deviation", false),
        };
        return read.Checked(config.Name);
    }

    /// <summary>Writes the config.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", nameof(StackGanGenerator));
        json.WriteNumber("stage", Stage);
        json.WriteNumber("Z_DIM", LatentDim);
        json.WriteNumber("TEXT_DIMENSION", TextDim);
        json.WriteNumber("CONDITION_DIM", ConditionDim);
        json.WriteNumber("GF_DIM", GeneratorChannels);
        json.WriteNumber("DF_DIM", DiscriminatorChannels);
        json.WriteNumber("R_NUM", ResidualBlocks);
        json.WriteNumber("sample_size", SampleSize);
        json.WriteNumber("stage1_sample_size", Stage1Size);
        json.WriteBoolean("spectral_norm", SpectralNorm);
        json.WriteBoolean("minibatch_deviation", MinibatchDeviation);
        json.WriteEndObject();
    }

    private StackGanConfig Checked(string name)
    {
        int upper = GanStart.Levels(SampleSize, "sample_size"), lower = GanStart.Levels(Stage1Size, "stage1_sample_size");
        if (new[] { LatentDim, TextDim, ConditionDim, DiscriminatorChannels }.Min() < 1 || ResidualBlocks < 0)
            throw new PareidoliaException($"'{name}': Z_DIM, TEXT_DIMENSION, CONDITION_DIM and DF_DIM should be at least 1, R_NUM at least 0.");
        if (Stage == 2 && (upper <= lower || lower < 2))
            throw new PareidoliaException($"'{name}': stage 2 makes {SampleSize} pixels of {Stage1Size}; 16 or more should become more.");
        // Every doubling of the size halves the channels, down to at least 1: of 8 GF_DIM in stage 1, of 4 GF_DIM in stage 2.
        int halved = Stage == 1 ? lower - 3 : Math.Max(lower - 3, upper - lower);
        return GeneratorChannels >= 1 << Math.Max(0, halved)
            ? this
            : throw new PareidoliaException($"'{name}': GF_DIM is {GeneratorChannels}; at least {1 << Math.Max(0, halved)} is needed for a picture of {SampleSize} pixels.");
    }
}
