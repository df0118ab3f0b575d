using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Weights;

/// <summary>How a parameter's axes lie in a checkpoint.</summary>
public enum WeightLayout
{
    /// <summary>As here.</summary>
    Same,

    /// <summary>[out, in, kernel..] there, [out, kernel.., in] here: convolutions, so that channels are innermost.</summary>
    ChannelsFirst,
}

/// <summary>A named tensor of a model.</summary>
/// <param name="Name">The checkpoint's key, e.g. <c>mid_block.resnets.0.conv1.weight</c>.</param>
/// <param name="Tensor">Its value, float32, in our layout.</param>
/// <param name="Layout">How the checkpoint orders its axes.</param>
/// <param name="Trained">False for buffers such as running statistics.</param>
public sealed record Parameter(string Name, Tensor Tensor, WeightLayout Layout, bool Trained);

/// <summary>
/// Owns a model's parameters. Layers ask for them by the checkpoint's own key path through a <see cref="WeightScope"/>: the same constructors
/// load a file, initialise a new model, and document the keys.
/// </summary>
public sealed class WeightStore : IDisposable
{
    private readonly Dictionary<string, Parameter> _parameters = [];
    private readonly StoredWeights? _source;
    private readonly ulong _seed;

    private WeightStore(StoredWeights? source, ulong seed, Backend device)
    {
        _source = source;
        _seed = seed;
        Device = device;
    }

    /// <summary>Where the parameters live.</summary>
    public Backend Device { get; }

    /// <summary>The scope of the whole model.</summary>
    public WeightScope Root => new(this, "");

    /// <summary>All parameters that layers asked for, in that order.</summary>
    public IReadOnlyCollection<Parameter> Parameters => _parameters.Values;

    /// <summary>The tensors that training changes.</summary>
    public IEnumerable<Tensor> Trained => _parameters.Values.Where(p => p.Trained).Select(p => p.Tensor);

    /// <summary>Number of elements of all parameters.</summary>
    public long Count => _parameters.Values.Sum(p => p.Tensor.Count);

    /// <summary>A store that initialises parameters, each from its own stream of the seed and the name.</summary>
    public static WeightStore Initialise(ulong seed, Backend? device = null) => new(null, seed, device ?? Backend.Cpu);

    /// <summary>A store that reads a safetensors file (or the index of a sharded one).</summary>
    /// <exception cref="PareidoliaException">The file is missing or damaged.</exception>
    public static WeightStore Load(string path, Backend? device = null) => Load(new SafetensorsShards(path), device);

    /// <summary>A store that reads open weights, and closes them.</summary>
    public static WeightStore Load(StoredWeights weights, Backend? device = null) => new(weights, 0, device ?? Backend.Cpu);

    /// <summary>Builds a model whose constructor takes a scope; every key of the file must be claimed by it.</summary>
    /// <param name="build">Calls the model's constructor.</param>
    /// <param name="isIgnored">Keys that may stay unclaimed (position ids and the like).</param>
    /// <exception cref="PareidoliaException">A key is missing, has another shape, or was claimed by no layer.</exception>
    public T Build<T>(Func<WeightScope, T> build, Func<string, bool>? isIgnored = null)
    {
        ArgumentNullException.ThrowIfNull(build);
        T model = build(Root);
        if (_source is null)
            return model;
        string[] unclaimed = [.. _source.Names.Where(name => !_parameters.ContainsKey(name) && isIgnored?.Invoke(name) != true)];
        if (unclaimed.Length > 0)
            throw new PareidoliaException($"{_source.Location}: {unclaimed.Length} tensors belong to no layer of the model, the first is '{unclaimed[0]}'; the config does not describe this file.");
        _source.Dispose();
        return model;
    }

    /// <summary>Whether the file has a key (true for a new model: it has what is asked for).</summary>
    public bool Has(string name) => _source is null || _source.Has(name);

    /// <summary>Lets a tape follow all trained parameters, or none.</summary>
    public void RequireGradients(bool required)
    {
        foreach (Tensor tensor in Trained)
            tensor.RequiresGradient = required;
    }

    /// <summary>Writes all parameters in the checkpoint's layout.</summary>
    /// <param name="path">The file, replaced atomically.</param>
    /// <param name="type">F32, F16 or BF16.</param>
    public void Save(string path, SafetensorsType type = SafetensorsType.F32) =>
        SafetensorsWriter.Write(path, _parameters.Values.Select(parameter => TensorFiles.Source(parameter, type)));

    /// <inheritdoc/>
    public void Dispose()
    {
        _source?.Dispose();
        foreach (Parameter parameter in _parameters.Values)
            parameter.Tensor.Dispose();
        _parameters.Clear();
    }

    internal Tensor Get(string name, Shape shape, Initializer initializer, WeightLayout layout, bool trained)
    {
        if (_parameters.TryGetValue(name, out Parameter? known))
            return known.Tensor;
        Tensor tensor = Scope.Detach(_source is null ? Initialised(name, shape, initializer) : Read(_source, name, shape, layout));
        _parameters.Add(name, new Parameter(name, tensor, layout, trained));
        return tensor;
    }

    private static Tensor Read(StoredWeights source, string name, Shape shape, WeightLayout layout, Backend device)
    {
        if (!source.Has(name))
            throw new PareidoliaException($"{source.Location}: '{name}' {shape} is missing; the file does not belong to this config.");
        using Scope scope = new();
        Tensor stored = TensorFiles.Read(source, name, device);
        Tensor held = layout == WeightLayout.ChannelsFirst && stored.Rank > 2 ? TensorFiles.ChannelsLast(stored) : stored;
        // Attention of old autoencoders is stored as 1x1 convolutions, and the reverse.
        if (held.Shape != shape && held.Count == shape.Count && WithoutOnes(held.Shape) == WithoutOnes(shape))
            held = held.Reshape([.. shape]);
        if (held.Shape != shape)
            throw new PareidoliaException($"{source.Location}: '{name}' is {stored.Shape} but the config asks for {shape} (kernels before channels).");
        return scope.Keep(held);
    }

    private static Shape WithoutOnes(Shape shape) => [.. shape.Where(extent => extent != 1)];

    private Tensor Read(StoredWeights source, string name, Shape shape, WeightLayout layout) => Read(source, name, shape, layout, Device);

    private Tensor Initialised(string name, Shape shape, Initializer initializer)
    {
        float[] values = new float[checked((int)shape.Count)];
        initializer.Fill(values, shape, new TorchCpuGenerator(_seed ^ StableHash(name)));
        return Tensor.From(values, shape, Device);
    }

    // FNV-1a: a parameter's start depends on its name alone, not on the order in which layers are built.
    private static ulong StableHash(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in System.Text.Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 1099511628211;
        return hash ^ (hash >> 32);
    }
}
