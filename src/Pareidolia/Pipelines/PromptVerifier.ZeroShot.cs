using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

public sealed partial class PromptVerifier
{
    /// <summary>
    /// How likely a picture shows each of some categories, which are named on the spot (section 3.1 of https://arxiv.org/abs/2103.00020).
    /// </summary>
    /// <param name="image">The picture.</param>
    /// <param name="categories">What it might show, at least one.</param>
    /// <returns>A number from 0 to 1 for each category; they add up to 1.</returns>
    public IReadOnlyList<double> Classify(Image image, IReadOnlyList<string> categories)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(categories);
        using Scope scope = new();
        ZeroShotClassifier classifier = new(_reader.Model, [.. categories.Select(category => _reader.Ids([category]))]);
        return [.. classifier.Probabilities(_reader.Pixels(image)).ToArray().Select(share => (double)share)];
    }
}
