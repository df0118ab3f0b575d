using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>What lies near a token in a text encoder's table.</summary>
internal static class NearTokens
{
    /// <summary>The tokens that lie nearest to one, the nearest first, with the cosine of the angle between them.</summary>
    /// <param name="table">A row for each token [v, c].</param>
    /// <param name="token">The token.</param>
    /// <param name="count">How many.</param>
    public static IReadOnlyList<(int Token, double Cosine)> Of(Tensor table, int token, int count)
    {
        using Scope scope = new();
        Tensor directions = table.L2Normalize();
        float[] cosines = directions.MatMul(directions.Slice(0, token, 1), transposeOther: true).ToArray();           // [v, 1]
        return [.. cosines.Index().Where(row => row.Index != token).OrderByDescending(row => row.Item).Take(count).Select(row => (row.Index, (double)row.Item))];
    }
}
