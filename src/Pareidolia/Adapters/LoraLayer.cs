using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Adapters;

/// <summary>
/// What a file says of one layer, under short names: low-rank factors (LoRA, https://arxiv.org/abs/2106.09685, with a core for convolutions),
/// products of two of them (LoHa, https://arxiv.org/abs/2108.06098), Kronecker products (LoKr, https://arxiv.org/abs/2309.14859), the whole
/// difference, and DoRA's magnitudes (https://arxiv.org/abs/2402.09353).
/// </summary>
/// <param name="File">The file.</param>
/// <param name="Name">The layer as the file calls it.</param>
/// <param name="Tensors">Name in the file of each short name.</param>
/// <param name="Peft">What the file's header says of the scale; counts where the layer has no alpha of its own.</param>
internal sealed record LoraLayer(StoredWeights File, string Name, IReadOnlyDictionary<string, string> Tensors, PeftScale? Peft = null)
{
    /// <summary>The changed weight, in the layout of checkpoints [o, i, kernel..].</summary>
    /// <param name="weight">The weight as it is, in that layout.</param>
    /// <param name="strength">How strongly it changes.</param>
    /// <exception cref="PareidoliaException">The layer is of another shape.</exception>
    public Tensor Applied(Tensor weight, double strength)
    {
        using Scope scope = new();
        Tensor difference = Difference(weight).Reshape([.. weight.Shape]).Scale((float)Scale());
        if (!Tensors.TryGetValue("magnitude", out string? magnitude))
            return scope.Keep(weight + difference.Scale((float)strength));
        Tensor decomposed = WithMagnitude(weight + difference, Read(magnitude));
        return scope.Keep(weight + (decomposed - weight).Scale((float)strength));
    }

    /// <summary>The changed bias, of a file that holds whole differences.</summary>
    public Tensor AppliedBias(Tensor bias, double strength)
    {
        using Scope scope = new();
        Tensor difference = Read(Tensors["diff_b"]);
        if (difference.Count != bias.Count)
            throw Mismatch(difference.Shape, bias.Shape);
        return scope.Keep(bias + difference.Reshape([.. bias.Shape]).Scale((float)strength));
    }

    private PareidoliaException Mismatch(Shape changed, Shape weight) => new(
        $"'{File.Location}' belongs to another family of models: its layer '{Name}' changes {changed}, where this model has {weight}.");

    private Tensor Read(string name) => TensorFiles.Read(File, name);

    private Tensor Get(string name) => Read(Tensors[name]);

    private bool Has(string name) => Tensors.ContainsKey(name);

    private Tensor Difference(Tensor weight)
    {
        (Tensor matrix, int rows) = Matrix();
        if (matrix.Count != weight.Count || rows != weight.Shape[0])
            throw Mismatch([rows, (int)(matrix.Count / rows)], weight.Shape);
        return matrix;
    }

    // Alpha over the rank; without an alpha, or without factors, 1.
    private double Scale()
    {
        string? ranked = ((string[])["down", "hada_w1_b", "lokr_w1_b", "lokr_w2_b"]).FirstOrDefault(Has);
        if (ranked is null)
            return 1;
        int rank = Get(ranked).Shape[0];
        return Has("alpha") ? Get("alpha").Item() / (double)rank : Peft?.Of(rank) ?? 1;
    }

    // The difference, its rows the layer's outputs.
    private (Tensor Matrix, int Rows) Matrix()
    {
        if (Has("up"))
            return Has("mid") ? WithCore(Get("mid"), Get("up").Flattened(), Get("down").Flattened()) : Product(Get("up"), Get("down"));
        if (Has("hada_w1_a"))
        {
            (Tensor first, int rows) = Factor("hada_w1", "hada_t1");
            return (first * Factor("hada_w2", "hada_t2").Matrix, rows);
        }
        if (Has("lokr_w1") || Has("lokr_w1_a"))
            return Kronecker(Factor("lokr_w1", "lokr_t1").Matrix, Factor("lokr_w2", "lokr_t2"));
        Tensor whole = Get("diff");
        return (whole, whole.Shape[0]);
    }

    private static (Tensor Matrix, int Rows) Product(Tensor up, Tensor down) => (up.Flattened().MatMul(down.Flattened()), up.Shape[0]);

    // sum over p, q of up[o, p] core[p, q, k..] down[q, i]: [o, i, k..]
    private static (Tensor Matrix, int Rows) WithCore(Tensor core, Tensor up, Tensor down)
    {
        (int p, int q, int o, int i) = (core.Shape[0], core.Shape[1], up.Shape[0], down.Shape[1]);
        Tensor byOutput = up.MatMul(core.Reshape(p, -1)).Reshape(o, q, -1);                             // [o, q, k]
        Tensor kernels = byOutput.Permute(0, 2, 1).Reshape(-1, q).MatMul(down);                         // [o k, i]
        return (kernels.Reshape(o, -1, i).Permute(0, 2, 1), o);
    }

    // A factor that is there as a whole, as a product, or as a product with a core (whose first factor is transposed).
    private (Tensor Matrix, int Rows) Factor(string name, string core)
    {
        if (Has(name))
            return (Get(name).Flattened(), Get(name).Shape[0]);
        Tensor a = Get($"{name}_a").Flattened(), b = Get($"{name}_b").Flattened();
        return Has(core) ? WithCore(Get(core), a.Transpose(0, 1), b) : Product(a, b);
    }

    // [a c, b d] of [a, b] and [c, d].
    private static (Tensor Matrix, int Rows) Kronecker(Tensor left, (Tensor Matrix, int Rows) right)
    {
        Tensor matrix = right.Matrix.Reshape(right.Rows, -1);
        (int a, int b, int c, int d) = (left.Shape[0], left.Shape[1], matrix.Shape[0], matrix.Shape[1]);
        return ((left.Reshape(a, 1, b, 1) * matrix.Reshape(1, c, 1, d)).Reshape(a * c, b * d), a * c);
    }

    // Each output (or, as some files have it, each input) gets the length that was learned.
    private static Tensor WithMagnitude(Tensor weight, Tensor magnitude)
    {
        bool byInput = magnitude.Rank > 1 && magnitude.Shape[0] == 1 && weight.Shape[0] != 1;
        Tensor rows = (byInput ? weight.Transpose(0, 1) : weight).Flattened();
        Tensor scaled = rows * (magnitude.Reshape(-1, 1) / rows.Square().Sum(1, keep: true).Sqrt());
        return byInput
            ? scaled.Reshape([weight.Shape[1], weight.Shape[0], .. weight.Shape.Skip(2)]).Transpose(0, 1)
            : scaled.Reshape([.. weight.Shape]);
    }
}

/// <summary>Tensors as matrices.</summary>
internal static class Matrices
{
    /// <summary>[o, ..] as [o, all the rest].</summary>
    public static Tensor Flattened(this Tensor tensor) => tensor.Reshape(tensor.Shape[0], -1);
}
