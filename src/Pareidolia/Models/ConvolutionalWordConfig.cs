using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a <see cref="ConvolutionalWordModel"/>.</summary>
public sealed record ConvolutionalWordConfig
{
    /// <summary>Number of words in the dictionary.</summary>
    public int VocabSize { get; init; } = 12000;

    /// <summary>Channels of a word.</summary>
    public int HiddenSize { get; init; } = 256;

    /// <summary>
    /// How many words the convolution beside the others sums, each channel by itself: an odd number. It passes what stands around a word straight on,
    /// which brings words of one subject together early (https://arxiv.org/abs/1301.3781).
    /// </summary>
    public int Neighbours { get; init; } = 11;

    /// <summary>How many words a convolution sees, the word itself in the middle: an odd number.</summary>
    public int KernelSize { get; init; } = 5;

    /// <summary>For each convolution the distance between the words that it sees.</summary>
    public IReadOnlyList<int> Dilations { get; init; } = [1, 1, 2, 4];

    /// <summary>Epsilon of the layer norms.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <summary>Deviation that the table of words begins with.</summary>
    public double InitializerRange { get; init; } = 0.05;

    /// <summary>How far to either side a contextual vector sees.</summary>
    public int Reach => Math.Max(Neighbours / 2, Dilations.Sum() * (KernelSize / 2));

    /// <summary>Reads a config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind or out of range.</exception>
    public static ConvolutionalWordConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        ConvolutionalWordConfig standard = new();
        return new ConvolutionalWordConfig
        {
            VocabSize = config.Int("vocab_size", standard.VocabSize),
            HiddenSize = config.Int("hidden_size", standard.HiddenSize),
            Neighbours = Odd(config, "neighbours", standard.Neighbours),
            KernelSize = Odd(config, "kernel_size", standard.KernelSize),
            Dilations = config.Ints("dilations", standard.Dilations),
            LayerNormEps = config.Double("layer_norm_eps", standard.LayerNormEps),
            InitializerRange = config.Double("initializer_range", standard.InitializerRange),
        };
    }

    /// <summary>Writes the config.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteList("architectures", [nameof(ConvolutionalWordModel)]);
        json.WriteString("model_type", "convolutional-words");
        json.WriteNumber("vocab_size", VocabSize);
        json.WriteNumber("hidden_size", HiddenSize);
        json.WriteNumber("neighbours", Neighbours);
        json.WriteNumber("kernel_size", KernelSize);
        json.WriteList("dilations", Dilations);
        json.WriteNumber("layer_norm_eps", LayerNormEps);
        json.WriteNumber("initializer_range", InitializerRange);
        json.WriteEndObject();
    }

    private static int Odd(JsonConfig config, string key, int standard)
    {
        int words = config.Int(key, standard);
        return words >= 1 && words % 2 == 1 ? words
            : throw new PareidoliaException($"'{config.Name}': \"{key}\" is {words}; an odd number is needed, so that a word has as many neighbours on either side.");
    }
}
