using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// The text encoder's states of every caption of a set, computed once and kept in half precision: training the rest of the pipeline then never runs
/// the encoder.
/// </summary>
internal sealed class CaptionEmbeddings
{
    private const int Rows = 64;
    private readonly Dictionary<string, Half[]> _states = [];
    private readonly int _tokens;
    private readonly int _channels;

    /// <summary>Encodes all captions, and the empty one that stands for "no prompt".</summary>
    /// <param name="encode">Reads captions: [g, tokens, channels].</param>
    /// <param name="captions">All that will be asked for.</param>
    public CaptionEmbeddings(Func<IReadOnlyList<string>, Tensor> encode, IEnumerable<string> captions)
    {
        // A fixed order and fixed groups, so that every run computes the same bytes.
        string[] distinct = [.. captions.Append("").Distinct().Order(StringComparer.Ordinal)];
        foreach (string[] group in distinct.Chunk(Rows))
        {
            using Scope scope = new();
            Tensor states = encode(group);                                              // [g, n, c]
            (_tokens, _channels) = (states.Shape[1], states.Shape[2]);
            Half[][] rows = [.. Array.ConvertAll(states.ToArray(), value => (Half)value).Chunk(_tokens * _channels)];
            for (int i = 0; i < group.Length; i++)
                _states.Add(group[i], rows[i]);
        }
    }

    /// <summary>Encodes all captions by a text encoder's folder and its tokenizer's.</summary>
    /// <exception cref="PareidoliaException">One is missing or damaged.</exception>
    public static CaptionEmbeddings Load(string textEncoder, string tokenizer, IEnumerable<string> captions)
    {
        using Pretrained<ClipTextModel> encoder = ClipTextModel.Load(textEncoder);
        ClipTokenizer words = ClipTokenizer.Load(tokenizer);
        return Of(encoder.Model, words, captions);
    }

    /// <summary>The same of a text encoder that is there already.</summary>
    public static CaptionEmbeddings Of(ClipTextModel encoder, ClipTokenizer tokenizer, IEnumerable<string> captions) =>
        new(group => encoder.Forward(ClipEmbeddings.Ids(tokenizer, group)).LastHidden, captions);

    /// <summary>[b, tokens, channels] of captions that were given to the constructor.</summary>
    public Tensor Of(IReadOnlyList<string> captions)
    {
        float[] values = new float[captions.Count * _tokens * _channels];
        for (int i = 0; i < captions.Count; i++)
        {
            Half[] state = _states[captions[i]];
            Span<float> row = values.AsSpan(i * state.Length, state.Length);
            for (int j = 0; j < row.Length; j++)
                row[j] = (float)state[j];
        }
        return Tensor.From(values, [captions.Count, _tokens, _channels]);
    }
}
