using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Training.Language;

/// <summary>Where the sentences of one word lie in latent space: their contextual vectors, seen from the two directions in which they differ most.</summary>
public static class SenseMap
{
    /// <summary>One point for each sentence, grouped by sense.</summary>
    /// <param name="rows">Sentences of one word, at least two.</param>
    /// <param name="vectors">The word's contextual vector in each.</param>
    public static IReadOnlyList<PlotPoint> Of(IReadOnlyList<SenseSentence> rows, IReadOnlyList<float[]> vectors)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(vectors);
        int n = vectors.Count, d = vectors[0].Length;
        using Scope scope = new();
        Tensor all = Tensor.From([.. vectors.SelectMany(vector => vector)], [n, d]);
        Tensor centred = all - all.Mean(0, keep: true);
        float[] directions = PrincipalDirections.Of(centred.MatMul(centred, transposeThis: true).ToArray(), d, 2);
        float[] places = centred.MatMul(Tensor.From(directions, [2, d]), transposeOther: true).ToArray();   // [n, 2]
        return [.. rows.Select((row, i) => new PlotPoint(row.Sense, row.Sentence, places[2 * i], places[(2 * i) + 1]))];
    }
}
