namespace Pareidolia.Training.Metrics;

/// <summary>How well pictures and captions find each other: among n pictures and their n captions, is one's own the nearest?</summary>
/// <param name="ImageToTextR1">Share of the pictures whose own caption is the nearest of all.</param>
/// <param name="ImageToTextR5">Share whose own caption is among the five nearest.</param>
/// <param name="TextToImageR1">Share of the captions whose own picture is the nearest of all.</param>
/// <param name="TextToImageR5">Share whose own picture is among the five nearest.</param>
public sealed record Retrieval(double ImageToTextR1, double ImageToTextR5, double TextToImageR1, double TextToImageR5)
{
    /// <summary>Measures a matrix of cosines [pictures, captions], n rows of n; equals count in favour of one's own.</summary>
    public static Retrieval Of(ReadOnlySpan<float> cosines, int n)
    {
        int[] byImage = new int[n], byText = new int[n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                byImage[i] += cosines[(i * n) + j] > cosines[(i * n) + i] ? 1 : 0;
                byText[j] += cosines[(i * n) + j] > cosines[(j * n) + j] ? 1 : 0;
            }
        return new Retrieval(Within(byImage, 1), Within(byImage, 5), Within(byText, 1), Within(byText, 5));
    }

    /// <summary>The numbers by the names that metrics give them.</summary>
    public IEnumerable<KeyValuePair<string, double>> Named =>
    [
        new("image_to_text_r1", ImageToTextR1), new("image_to_text_r5", ImageToTextR5),
        new("text_to_image_r1", TextToImageR1), new("text_to_image_r5", TextToImageR5),
    ];

    private static double Within(int[] ranks, int first) => ranks.Average(rank => rank < first ? 1.0 : 0.0);
}
