using Pareidolia.Tensors;

namespace Pareidolia.Weights;

/// <summary>
/// Stand-ins of a model's weights under its own names and shapes, made when they are asked for: norms are 1, biases small, and matrices keep the
/// deviation of what they multiply. The same seed gives the same numbers.
/// </summary>
/// <param name="location">What errors call it.</param>
/// <param name="tensors">Names and shapes, as checkpoints order the axes.</param>
/// <param name="seed">Where the numbers come from.</param>
internal sealed class RandomWeights(string location, IEnumerable<StoredTensor> tensors, ulong seed) : StoredWeights
{
    private const float BiasBound = 0.02f;

    private readonly Dictionary<string, StoredTensor> _tensors = tensors.ToDictionary(tensor => tensor.Name);

    /// <inheritdoc/>
    public override string Location => location;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <inheritdoc/>
    public override bool Has(string name) => _tensors.ContainsKey(name);

    /// <inheritdoc/>
    public override StoredTensor Entry(string name) => _tensors.GetValueOrDefault(name)
        ?? throw new PareidoliaException($"'{location}' has no tensor {SafetensorsHeader.Shown(name)} among its {_tensors.Count}.");

    /// <inheritdoc/>
    public override Tensor Load(string name, Backend device)
    {
        Shape shape = new([.. Entry(name).Shape.Select(extent => (int)extent)]);
        if (shape.Rank < 2)
            return name.EndsWith("weight", StringComparison.Ordinal)
                ? Tensor.Full(shape, 1, device)
                : Tensor.Uniform(shape, seed ^ Initialisation.StableHash(name), BiasBound, device);
        float bound = MathF.Sqrt(3f / shape.Product(1, shape.Rank));
        return Tensor.Uniform(shape, seed ^ Initialisation.StableHash(name), bound, device);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Bytes(string name)
    {
        using Scope scope = new();
        return TensorFiles.Bytes(Load(name, Backend.Cpu), SafetensorsType.F32);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
