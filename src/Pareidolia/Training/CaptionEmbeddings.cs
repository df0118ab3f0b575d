using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;

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
    /// <param name="encoder">The text encoder.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="captions">The captions.</param>
    /// <param name="encode">What is kept of I32 ids [g, n]: [g, tokens, channels]; the encoder's last states where nothing is said.</param>
    public CaptionEmbeddings(ClipTextModel encoder, ClipTokenizer tokenizer, IEnumerable<string> captions, Func<Tensor, Tensor>? encode = null)
    {
        encode ??= ids => encoder.Forward(ids).LastHidden;
        // A fixed order and fixed groups, so that every run computes the same bytes.
        string[] distinct = [.. captions.Append("").Distinct().Order(StringComparer.Ordinal)];
        foreach (string[] group in distinct.Chunk(Rows))
        {
            using Scope scope = new();
            int[] ids = [.. group.SelectMany(caption => tokenizer.Encode(caption))];
            Tensor states = encode(Tensor.From(ids, [group.Length, tokenizer.MaxLength]));               // [g, n, c]
            (_tokens, _channels) = (states.Shape[1], states.Shape[2]);
            Half[][] rows = [.. Array.ConvertAll(states.ToArray(), value => (Half)value).Chunk(_tokens * _channels)];
            for (int i = 0; i < group.Length; i++)
                _states.Add(group[i], rows[i]);
        }
    }

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
