using System.Globalization;
using System.Text.RegularExpressions;
using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>
/// How well a picture fits its prompt, as CLIP sees it: the cosine between the two in their common latent space (the "CLIP score" of
/// https://arxiv.org/abs/2104.08718 without its factor).
/// </summary>
/// <param name="Whole">The whole prompt's, -1 to 1.</param>
/// <param name="Phrases">The fit of each phrase of the prompt.</param>
public sealed record PromptScore(double Whole, IReadOnlyList<(string Phrase, double Score)> Phrases)
{
    /// <summary>Reads like <c>CLIP 0.31 (a red apple 0.33, a table 0.24)</c>.</summary>
    public override string ToString()
    {
        string phrases = Phrases.Count < 2 ? "" : $" ({string.Join(", ", Phrases.Select(part => $"{part.Phrase} {Written(part.Score)}"))})";
        return $"CLIP {Written(Whole)}{phrases}";
    }

    private static string Written(double score) => score.ToString("0.00", CultureInfo.InvariantCulture);
}

/// <summary>Scores pictures with a model's own CLIP, its optional part <c>clip/</c>.</summary>
public sealed partial class PromptVerifier : IDisposable
{
    private readonly ClipReader _reader;

    private PromptVerifier(ClipReader reader) => _reader = reader;

    /// <summary>Loads the CLIP of a model folder; its tokenizer is the model's own unless <c>clip/</c> has one.</summary>
    /// <exception cref="PareidoliaException">The model has no CLIP, or it is damaged.</exception>
    public static PromptVerifier Load(string folder, Backend? device = null) => new(ClipReader.Load(folder, device));

    /// <summary>Scores one picture against a prompt and against each of its phrases.</summary>
    public PromptScore Score(Image image, string prompt)
    {
        ArgumentNullException.ThrowIfNull(image);
        string[] phrases = PhrasesOf(prompt);
        using Scope scope = new();
        Tensor picture = _reader.Model.EncodeImage(_reader.Pixels(image)).L2Normalize();                    // [1, d]
        Tensor texts = _reader.Model.EncodeText(_reader.Ids([prompt, .. phrases])).L2Normalize();           // [1 + phrases, d]
        float[] cosines = texts.MatMul(picture, transposeOther: true).ToArray();
        return new PromptScore(cosines[0], [.. phrases.Select((phrase, i) => (phrase, (double)cosines[i + 1]))]);
    }

    /// <summary>The things that a prompt names, as far as its commas and joining words tell: <c>a red apple</c>, <c>a wooden table</c>.</summary>
    public static string[] PhrasesOf(string prompt) =>
        [.. Joints().Split(prompt).Select(phrase => phrase.Trim()).Where(phrase => phrase.Length > 0).Distinct()];

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    [GeneratedRegex(
        @"[,;.:\n]+|\b(?:and|with|in front of|in|on|at|near|next to|beside|behind|under|over|above|below|holding|wearing)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Joints();
}
