using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>
/// Zero-shot classification of pictures with the CLIP of a model folder: classes are named in words, each word is put into all templates, and the mean of
/// their directions stands for the class (prompt ensembling).
/// </summary>
public sealed class PictureLabels : IDisposable
{
    /// <summary>What a template has in place of a label.</summary>
    public const string Place = "{label}";

    // Of the published list for ImageNet, without its articles: labels bring their own.
    private static readonly string[] s_photographs = [Place, $"a photo of {Place}", $"a picture of {Place}", $"a drawing of {Place}", $"art of {Place}"];

    private readonly ClipReader _reader;

    private PictureLabels(ClipReader reader, IReadOnlyList<string> templates) => (_reader, Templates) = (reader, templates);

    /// <summary>The templates, each with <c>{label}</c>.</summary>
    public IReadOnlyList<string> Templates { get; }

    /// <summary>Loads the CLIP of a model folder.</summary>
    /// <param name="folder">A folder with <c>clip/</c> and <c>tokenizer/</c>.</param>
    /// <param name="templates">Texts with <c>{label}</c>; else those of the model's own captions where it says them, else common ones of photographs and drawings.</param>
    /// <exception cref="PareidoliaException">There is no CLIP, it is damaged, or a template has no place for a label.</exception>
    public static PictureLabels Load(string folder, IReadOnlyList<string>? templates = null)
    {
        if (templates?.FirstOrDefault(template => !template.Contains(Place, StringComparison.Ordinal)) is string without)
            throw new PareidoliaException($"The template '{without}' has no {Place}, where the label would go.");
        return new PictureLabels(ClipReader.Load(folder), templates is { Count: > 0 } ? templates : Own(folder));
    }

    /// <summary>The probability of each label for a picture; they add up to 1.</summary>
    public IReadOnlyList<double> Of(Image picture, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        using Scope scope = new();
        ZeroShotClassifier classifier = new(
            _reader.Model, [.. labels.Select(label => _reader.Ids([.. Templates.Select(template => template.Replace(Place, label, StringComparison.Ordinal))]))]);
        return [.. classifier.Probabilities(_reader.Pixels(picture)).ToArray().Select(value => (double)value)];
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    // A model that was trained on captions of one form is asked in that form, once for each of its styles.
    private static IReadOnlyList<string> Own(string folder)
    {
        string path = Path.Combine(folder, "pareidolia.json");
        if (!File.Exists(path) || JsonConfig.Load(path) is not { } settings || settings.Text("template") is not string template)
            return s_photographs;
        string asked = template.Replace("{prompt}", Place, StringComparison.Ordinal);
        return [Place, .. settings.Texts("styles", []).Select(style => asked.Replace("{style}", style, StringComparison.Ordinal))];
    }
}
