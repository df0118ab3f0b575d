using Pareidolia.Tensors;

namespace Pareidolia.Weights;

/// <summary>In how many bits a model's matrices are held while it runs. Arithmetic is float32; norms and biases, which are small, are held so too.</summary>
public enum WeightPrecision
{
    /// <summary>32 bits, as they are computed with.</summary>
    F32,

    /// <summary>16 bits: binary16, or bfloat16 where the file has that.</summary>
    F16,

    /// <summary>8 bits, and a factor for each output channel.</summary>
    I8,
}

/// <summary>How a model's weights are held in memory.</summary>
/// <param name="Precision">In how many bits.</param>
/// <param name="Staged">They are read when a stage of the pipeline begins and released before the next, instead of being all there at once.</param>
public sealed record WeightHolding(WeightPrecision Precision = WeightPrecision.F32, bool Staged = false)
{
    /// <summary>Parameters whose names begin so are read when they are asked for, if ever: an autoencoder draws without its encoder. Null for none.</summary>
    internal string? Postponed { get; init; }

    /// <summary>
    /// Whether a UNet's linear layers are held in 8 bits whatever the rest is held in: those that multiply in integers of 8 bits need no more of them.
    /// </summary>
    public bool ByteLayers { get; init; }

    /// <summary>
    /// Whether a UNet's kernels and matrices are held as products of bfloat16 read them: half the memory, and nothing is packed while it draws. Not where 8 bits
    /// are asked for, and not where the processor has no tiles.
    /// </summary>
    public bool HalfPanels { get; init; }

    /// <summary>
    /// Whether what had to be brought into another order or other bits is written beside the file, for later starts to map. Such a file is used wherever it is found.
    /// </summary>
    public bool Packed { get; init; }

    /// <summary>Weights as they are held for what products are asked to be.</summary>
    /// <param name="bf16">Products of bfloat16.</param>
    /// <param name="int8">Products of bytes in linear layers, and of bfloat16 elsewhere.</param>
    /// <param name="precision">In how many bits weights are held otherwise.</param>
    public static WeightHolding For(bool bf16, bool int8, WeightPrecision precision = WeightPrecision.F32) =>
        new(precision) { ByteLayers = int8, HalfPanels = bf16 || int8 };

    /// <summary>The same without what a UNet alone may be held in.</summary>
    internal WeightHolding OtherThanUNet => this with { ByteLayers = false, HalfPanels = false };

    /// <summary>Whether a parameter is read with the others.</summary>
    internal bool ReadsAtOnce(string name) => Postponed is null || !name.StartsWith(Postponed, StringComparison.Ordinal);

    /// <summary>Each precision by its name in options and in pictures.</summary>
    public static IReadOnlyDictionary<string, WeightPrecision> Names { get; } = new Dictionary<string, WeightPrecision>
    {
        ["f32"] = WeightPrecision.F32,
        ["f16-weights"] = WeightPrecision.F16,
        ["int8"] = WeightPrecision.I8,
    };

    /// <summary>Where one name says how weights are held and how products are made: products of bfloat16.</summary>
    public const string Bf16 = "bf16";

    /// <summary>The same: products of bytes in linear layers and the autoencoder, and of bfloat16 elsewhere.</summary>
    public const string Int8Products = "int8-products";

    /// <summary>All names that <see cref="Named"/> knows.</summary>
    public static IReadOnlyList<string> AllNames { get; } = [.. Names.Keys, Bf16, Int8Products];

    /// <summary>Weights as they are held under one of <see cref="AllNames"/>; null for another name.</summary>
    public static WeightHolding? Named(string name) => name is Bf16 or Int8Products ? For(name == Bf16, name == Int8Products)
        : Names.TryGetValue(name, out WeightPrecision precision) ? new WeightHolding(precision) : null;

    /// <summary>The precision's name.</summary>
    public string PrecisionName => Names.First(name => name.Value == Precision).Key;

    /// <summary>How a matrix of this name and shape that a file stores as <paramref name="stored"/> is held.</summary>
    internal DType TypeOf(string name, Shape shape, SafetensorsType stored) => Precision switch
    {
        _ when ByteLayers && shape.Rank == 2 && !IsEmbedding(name) => DType.Q8,
        _ when HalfPanels && ReducedPrecision.HasTiles && Precision != WeightPrecision.I8 && DType.BF16Panels.CanHold(shape) && !IsEmbedding(name) => DType.BF16Panels,
        WeightPrecision.F16 => stored == SafetensorsType.BF16 ? DType.BF16 : DType.F16,
        WeightPrecision.I8 => DType.Q8,
        _ => DType.F32,
    };

    // Layers of the time and of other small inputs: they multiply in float32 where they are small enough.
    private static bool IsEmbedding(string name) => name.Contains("_emb", StringComparison.Ordinal);
}
