using System.Text;
using Pareidolia.Text;

namespace Pareidolia.Training.Language;

/// <summary>Paragraphs as one text, a line break behind each, and its size in units that do not depend on a tokenizer.</summary>
/// <param name="Ids">The tokens.</param>
/// <param name="Words">Words of the text, as white space parts them.</param>
/// <param name="Bytes">UTF-8 bytes of the text, line breaks included.</param>
public sealed record RunningText(int[] Ids, int Words, int Bytes)
{
    /// <summary>Reads paragraphs with a tokenizer.</summary>
    public static RunningText Of(IReadOnlyList<string> paragraphs, Gpt2Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(paragraphs);
        ArgumentNullException.ThrowIfNull(tokenizer);
        int[] ids = [.. paragraphs.SelectMany(paragraph => tokenizer.Encode(paragraph + "\n"))];
        int words = paragraphs.Sum(paragraph => paragraph.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
        return new RunningText(ids, words, paragraphs.Sum(paragraph => Encoding.UTF8.GetByteCount(paragraph) + 1));
    }
}

/// <summary>How surprising a text was.</summary>
/// <param name="Nats">Sum over all tokens of -log p.</param>
/// <param name="Text">The text.</param>
public readonly record struct TextScore(double Nats, RunningText Text)
{
    /// <summary>Perplexity of a token: comparable between models of one vocabulary alone.</summary>
    public double PerToken => Math.Exp(Nats / Text.Ids.Length);

    /// <summary>Perplexity of a word, line breaks counted as part of the words: comparable between all models of a text.</summary>
    public double PerWord => Math.Exp(Nats / Text.Words);

    /// <summary>Bits that a byte takes: comparable between all models of a text.</summary>
    public double BitsPerByte => Nats / Math.Log(2) / Text.Bytes;
}
