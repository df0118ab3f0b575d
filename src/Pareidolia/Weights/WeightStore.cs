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
    // After so many elements the file's pages are let go: what was copied need not be in memory twice.
    private const long ElementsAtOnce = 16 << 20;

    private readonly Dictionary<string, Parameter> _parameters = [];
    private readonly List<(Parameter Parameter, Func<Tensor, Tensor> Change)> _changes = [];
    private readonly StoredWeights? _source;
    private readonly Initialisation? _start;
    private PackedWeights? _packed;
    private bool _borrows;

    private WeightStore(StoredWeights? source, Initialisation? start, Backend device, WeightHolding holding)
    {
        _source = source;
        _start = start;
        Device = device;
        Holding = holding;
    }

    /// <summary>Where the parameters live.</summary>
    public Backend Device { get; }

    /// <summary>How they are held.</summary>
    public WeightHolding Holding { get; }

    /// <summary>The scope of the whole model.</summary>
    public WeightScope Root => new(this, "");

    /// <summary>All parameters that layers asked for, in that order.</summary>
    public IReadOnlyCollection<Parameter> Parameters => _parameters.Values;

    /// <summary>The tensors that training changes.</summary>
    public IEnumerable<Tensor> Trained => _parameters.Values.Where(p => p.Trained).Select(p => p.Tensor);

    /// <summary>Number of elements of all parameters.</summary>
    public long Count => _parameters.Values.Sum(p => p.Tensor.Count);

    /// <summary>A store that initialises parameters, each from its own stream of the seed and the name.</summary>
    public static WeightStore Initialise(ulong seed, Backend? device = null) => new(null, new Initialisation(seed), device ?? Backend.Cpu, new WeightHolding());

    /// <summary>A store whose parameters have names and shapes and no memory: to learn what a model is made of, or to walk through it without computing.</summary>
    public static WeightStore Outline(Backend? device = null, WeightHolding? holding = null) => new(null, null, device ?? Backend.Cpu, holding ?? new WeightHolding());

    /// <summary>A store that reads a safetensors file (or the index of a sharded one).</summary>
    /// <exception cref="PareidoliaException">The file is missing or damaged.</exception>
    public static WeightStore Load(string path, Backend? device = null) => Load(new SafetensorsShards(path), device);

    /// <summary>A store that reads open weights, and closes them.</summary>
    /// <param name="weights">Where the parameters come from.</param>
    /// <param name="device">Where they go.</param>
    /// <param name="holding">How they are held; a staged store stays empty until <see cref="Restore"/>.</param>
    public static WeightStore Load(StoredWeights weights, Backend? device = null, WeightHolding? holding = null) =>
        new(weights, null, device ?? Backend.Cpu, holding ?? new WeightHolding());

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
        if (Holding.Staged)
            return model;
        Restore();
        if (!_borrows && _parameters.Values.All(parameter => parameter.Tensor.IsResident))
            _source.Dispose();
        return model;
    }

    /// <summary>Reads the parameters that are not in memory, and changes them as they were.</summary>
    /// <param name="postponed">Also those that wait until they are asked for.</param>
    /// <exception cref="PareidoliaException">The file is damaged.</exception>
    public void Restore(bool postponed = false)
    {
        Parameter[] missing = [.. _parameters.Values.Where(parameter => !parameter.Tensor.IsResident && (postponed || Holding.ReadsAtOnce(parameter.Name)))];
        if (_source is null || missing.Length == 0)
            return;
        _packed ??= Device.IsHost ? PackedWeights.Find(_source, Parameters) : null;
        Parameter[] elsewhere = [.. missing.Where(parameter => !Borrow(_source, parameter))];
        Read(_source, elsewhere);
        if (Holding.Packed && elsewhere.Length > 0 && !postponed)
            PackedWeights.Write(_source, Parameters, elsewhere);
        foreach ((Parameter parameter, Func<Tensor, Tensor> change) in _changes.Where(row => missing.Contains(row.Parameter)))
            Apply(parameter, change);
    }

    private void Read(StoredWeights source, Parameter[] parameters)
    {
        long read = 0;
        foreach (Parameter parameter in parameters)
        {
            using Scope scope = new();
            parameter.Tensor.Fill(StoredReading.Read(source, parameter, Device));
            read += parameter.Tensor.Count;
            if (read / ElementsAtOnce > (read - parameter.Tensor.Count) / ElementsAtOnce)
                source.Forget();
        }
        Device.Trim();
    }

    // Uses a parameter where a file is mapped, if it lies there as it is held.
    private bool Borrow(StoredWeights source, Parameter parameter)
    {
        if ((StoredReading.AddressOf(source, parameter, Device) ?? _packed?.AddressOf(parameter)) is not nint address)
            return false;
        parameter.Tensor.Borrow(address);
        _borrows = true;
        return true;
    }

    /// <summary>Gives the memory of all parameters back until <see cref="Restore"/>; of a store that is not staged, nothing.</summary>
    public void Release()
    {
        if (!Holding.Staged)
            return;
        foreach (Parameter parameter in _parameters.Values)
            parameter.Tensor.Evict();
        _source?.Forget();
        _packed?.Forget();
    }

    /// <summary>Changes a parameter, computed in float32 in the layout of checkpoints; the file stays as it is.</summary>
    internal void Change(Parameter parameter, Func<Tensor, Tensor> change)
    {
        if (Holding.Staged || !parameter.Tensor.IsResident)
            _changes.Add((parameter, change));
        if (parameter.Tensor.IsResident)
            Apply(parameter, change);
    }

    /// <summary>Whether the file has a key (true for a new model: it has what is asked for).</summary>
    public bool Has(string name) => _source is null || _source.Has(name);

    /// <summary>Lets a tape follow all trained parameters, or none.</summary>
    /// <exception cref="PareidoliaException">They are held in fewer than 32 bits.</exception>
    public void RequireGradients(bool required)
    {
        if (required && Trained.Any(tensor => tensor.Type != DType.F32))
            throw new PareidoliaException($"Weights that are held in fewer than 32 bits cannot be trained: load the model with {WeightHolding.Names.First().Key}.");
        foreach (Tensor tensor in Trained)
            tensor.RequiresGradient = required;
    }

    /// <summary>Takes the values of another store's parameters over.</summary>
    /// <param name="other">Where they are.</param>
    /// <param name="part">The path below which that store has this one's names; empty for the same names.</param>
    /// <exception cref="PareidoliaException">A parameter is missing there, or has another shape.</exception>
    public void TakeFrom(WeightStore other, string part = "")
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (Parameter own in Parameters)
            own.Tensor.CopyFrom(Counterpart(other, part, own));
    }

    /// <summary>Gives the values of this store's parameters to a part of another; what that part has beyond them stays.</summary>
    /// <exception cref="PareidoliaException">A parameter is missing there, or has another shape.</exception>
    public void GiveTo(WeightStore other, string part)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (Parameter own in Parameters)
            Counterpart(other, part, own).CopyFrom(own.Tensor);
    }

    /// <summary>Mixes the values of another store's parameters into these, computed in float32; the files stay as they are.</summary>
    /// <param name="other">Where they are.</param>
    /// <param name="share">What stays of these, 1 for all.</param>
    /// <exception cref="PareidoliaException">A parameter is missing there, or has another shape.</exception>
    internal void Mix(WeightStore other, double share)
    {
        Restore(postponed: true);
        other.Restore(postponed: true);
        foreach (Parameter own in Parameters)
        {
            using Scope scope = new();
            Tensor theirs = Counterpart(other, "", own).To(DType.F32), mixed = own.Tensor.To(DType.F32).Scale((float)share) + theirs.Scale((float)(1 - share));
            // In memory of its own: what is held may lie in the file.
            own.Tensor.Fill(mixed.To(own.Tensor.Type).Clone());
        }
    }

    private static Tensor Counterpart(WeightStore other, string part, Parameter own)
    {
        string name = new WeightScope(other, part)[own.Name].Path;
        Tensor? tensor = other._parameters.GetValueOrDefault(name)?.Tensor;
        return tensor?.Shape == own.Tensor.Shape
            ? tensor
            : throw new PareidoliaException(
                $"The networks are not of one make: '{name}' is {tensor?.Shape.ToString() ?? "missing"} in one and {own.Tensor.Shape} in the other.");
    }

    /// <summary>Writes all parameters in the checkpoint's layout.</summary>
    /// <param name="path">The file, replaced atomically.</param>
    /// <param name="type">F32, F16 or BF16.</param>
    public void Save(string path, SafetensorsType type = SafetensorsType.F32) =>
        SafetensorsWriter.Write(path, _parameters.Values.Select(parameter => TensorFiles.Source(parameter, type)));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in _parameters.Values)
            parameter.Tensor.Dispose();
        _parameters.Clear();
        _packed?.Dispose();
        _source?.Dispose();
    }

    /// <param name="name">The key.</param>
    /// <param name="shape">In our layout.</param>
    /// <param name="initializer">How a new model begins.</param>
    /// <param name="layout">How checkpoints order the axes.</param>
    /// <param name="trained">False for buffers.</param>
    /// <param name="matrix">Whether what reads it may find it in fewer bits.</param>
    internal Tensor Get(string name, Shape shape, Initializer initializer, WeightLayout layout, bool trained, bool matrix)
    {
        if (_parameters.TryGetValue(name, out Parameter? known))
            return known.Tensor;
        Tensor tensor = Scope.Detach(_start?.Of(name, shape, initializer, Device) ?? Outlined(name, shape, layout, matrix));
        _parameters.Add(name, new Parameter(name, tensor, layout, trained));
        return tensor;
    }

    private Tensor Outlined(string name, Shape shape, WeightLayout layout, bool matrix)
    {
        if (_source is not null)
            StoredReading.RequireFit(_source, name, shape, layout);
        return Tensor.Outline(shape, Device, matrix ? Holding.TypeOf(name, shape, _source?.Entry(name).Type ?? SafetensorsType.F32) : DType.F32);
    }

    private static void Apply(Parameter parameter, Func<Tensor, Tensor> change)
    {
        using Scope scope = new();
        Tensor held = parameter.Tensor, full = held.To(DType.F32);
        bool moved = parameter.Layout == WeightLayout.ChannelsFirst && held.Rank > 2;
        Tensor changed = change(moved ? TensorFiles.ChannelsFirst(full) : full);
        // In memory of its own: what is held may lie in the file.
        held.Fill((moved ? TensorFiles.ChannelsLast(changed) : changed).To(held.Type).Clone());
    }
}
