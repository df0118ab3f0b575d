using Pareidolia.Imaging;
using Pareidolia.Training.Data;

namespace Pareidolia.Training.Metrics;

/// <summary>
/// Is a drawn picture nearer to the picture that its caption describes than to all others of that style? Compared by colours, edges and outline (<see cref="LookFeatures"/>),
/// each weighed by its mean distance within the style; nothing in it was learned.
/// </summary>
public sealed class Fidelity
{
    // The second caption of the emoji set names the style.
    private const int StyledCaption = 1;

    private readonly List<Reference> _asked;
    private readonly Dictionary<string, Style> _styles;

    private Fidelity(List<Reference> all, string? holdout)
    {
        _styles = all.GroupBy(reference => reference.Record.Style).ToDictionary(group => group.Key, group => new Style([.. group]));
        _asked = [.. all.Where(reference => holdout is null || reference.Record.Holdout == holdout)];
    }

    /// <summary>What is to be drawn, in the order of <see cref="Score"/>: captions that name the style where the set has those.</summary>
    public IReadOnlyList<string> Captions => [.. _asked.Select(reference => CaptionOf(reference.Record))];

    /// <summary>Reads the true pictures.</summary>
    /// <param name="shards">Shards, or folders of plain files.</param>
    /// <param name="excludedStyles">Styles that are left out.</param>
    /// <param name="holdout">The kind of hold-out whose captions are drawn (<c>pair</c>, <c>concept</c>); null for all. Others of the style are still compared with.</param>
    /// <exception cref="PareidoliaException">There is nothing to draw.</exception>
    public static Fidelity Load(IReadOnlyList<string> shards, IReadOnlyCollection<string> excludedStyles, string? holdout)
    {
        WebDataset<CaptionedImage<double[][]>> set = CaptionedImages.Open(
            shards, file => LookFeatures.Of(ImageFile.Read(file.Span, "picture")), record => !excludedStyles.Contains(record.Style), new WebDatasetOptions { ShuffleBuffer = 0 });
        List<Reference> all = [.. set.Epoch(0).Select(sample => new Reference(sample.Record, sample.Image)).OrderBy(reference => reference.Record.Key, StringComparer.Ordinal)];
        Fidelity fidelity = new(all, holdout);
        return fidelity._asked.Count > 0 ? fidelity : throw new PareidoliaException(
            $"None of the {all.Count} pictures is held out as '{holdout}'; there are {string.Join(", ", all.Select(reference => reference.Record.Holdout).Distinct())}.");
    }

    /// <summary>Places of the true pictures.</summary>
    /// <param name="drawn">One picture for each of <see cref="Captions"/>.</param>
    public FidelityScore Score(IReadOnlyList<Image> drawn)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        int[] ranks = [.. _asked.Zip(drawn, (reference, picture) => _styles[reference.Record.Style].Rank(reference, LookFeatures.Of(picture)))];
        return new FidelityScore(ranks.Length, ranks.Average(rank => rank == 1 ? 1.0 : 0), ranks.Average(rank => rank <= 5 ? 1.0 : 0), ranks.Average(rank => 1.0 / rank));
    }

    private static string CaptionOf(CaptionRecord record) => record.Captions[Math.Min(StyledCaption, record.Captions.Count - 1)];

    private sealed record Reference(CaptionRecord Record, double[][] Look);

    private sealed class Style(IReadOnlyList<Reference> references)
    {
        private readonly double[] _scales = [.. references[0].Look.Index().Select(block => MeanDistance([.. references.Select(reference => reference.Look[block.Index])]))];

        public int Rank(Reference truth, double[][] look)
        {
            double best = Distance(truth.Look, look);
            return 1 + references.Count(other => Distance(other.Look, look) < best);
        }

        private double Distance(double[][] a, double[][] b) => _scales.Index().Sum(scale => LookFeatures.Distance(a[scale.Index], b[scale.Index]) / scale.Item);

        private static double MeanDistance(double[][] vectors) =>
            vectors.Average(a => vectors.Sum(b => LookFeatures.Distance(a, b)) / Math.Max(1, vectors.Length - 1)) + 1e-9;
    }
}

/// <summary>How often the true picture was the nearest.</summary>
/// <param name="Count">Pictures that were drawn.</param>
/// <param name="Top1">Share whose true picture is the nearest, 0 to 1.</param>
/// <param name="Top5">Share whose true picture is among the nearest five.</param>
/// <param name="MeanReciprocalRank">Mean of one over its place.</param>
public sealed record FidelityScore(int Count, double Top1, double Top5, double MeanReciprocalRank);
