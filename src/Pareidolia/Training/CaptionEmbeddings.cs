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

    /// <summary>Encodes all captions by a text encoder's folder, CLIP's or T5's, and its tokenizer's.</summary>
    /// <param name="textEncoder">The text encoder's folder.</param>
    /// <param name="tokenizer">The tokenizer's.</param>
    /// <param name="captions">All that will be asked for.</param>
    /// <param name="length">Tokens that a T5 reads; null for what its tokenizer says.</param>
    /// <exception cref="PareidoliaException">One is missing or damaged.</exception>
    public static CaptionEmbeddings Load(string textEncoder, string tokenizer, IEnumerable<string> captions, int? length = null)
    {
        if (T5EncoderModel.IsIn(new ModelComponent(textEncoder)))
            return OfT5(textEncoder, tokenizer, captions, length);
        using Pretrained<ClipTextModel> encoder = ClipTextModel.Load(textEncoder);
        ClipTokenizer words = ClipTokenizer.Load(tokenizer);
        return Of(encoder.Model, words, captions);
    }

    private static CaptionEmbeddings OfT5(string textEncoder, string tokenizer, IEnumerable<string> captions, int? length)
    {
        using Pretrained<T5EncoderModel> t5 = T5EncoderModel.Load(textEncoder);
        T5Tokenizer words = T5Tokenizer.Load(tokenizer);
        int tokens = length ?? T5EncoderModel.LengthIn(new ModelComponent(tokenizer));
        Tensor Encode(IReadOnlyList<string> group)
        {
            (int[] Ids, int[] Mask)[] rows = [.. group.Select(caption => words.Padded(caption, tokens))];
            Tensor ids = Tensor.From([.. rows.SelectMany(row => row.Ids)], [rows.Length, tokens]), mask = Tensor.From([.. rows.SelectMany(row => row.Mask)], [rows.Length, tokens]);
            return t5.Model.Forward(ids, mask);
        }

        return new CaptionEmbeddings(Encode, captions);
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
