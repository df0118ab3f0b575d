using Pareidolia.Tensors;

namespace Pareidolia.Weights;

/// <summary>A place in a checkpoint's key tree: <c>weights["down_blocks"][0]["resnets"][1]</c>.</summary>
public readonly struct WeightScope
{
    private readonly WeightStore _store;

    internal WeightScope(WeightStore store, string path)
    {
        _store = store;
        Path = path;
    }

    /// <summary>The key so far; empty at the root.</summary>
    public string Path { get; }

    /// <summary>The scope of a named child; a name may hold dots.</summary>
    public WeightScope this[string name] => new(_store, Key(name));

    /// <summary>The scope of a numbered child.</summary>
    public WeightScope this[int index] => this[index.ToString()];

    /// <summary>Whether the checkpoint has this key here (true for a new model).</summary>
    public bool Has(string name) => _store.Has(Key(name));

    /// <summary>The tensor at this scope's key + name, loaded or initialised. The store owns it.</summary>
    /// <param name="name">Last part of the key, e.g. <c>weight</c>.</param>
    /// <param name="shape">Its shape in our layout.</param>
    /// <param name="initializer">How a new model begins.</param>
    /// <param name="layout">How checkpoints order its axes.</param>
    /// <param name="trained">False for buffers.</param>
    public Tensor Get(string name, Shape shape, Initializer initializer, WeightLayout layout = WeightLayout.Same, bool trained = true) =>
        _store.Get(Key(name), shape, initializer, layout, trained, matrix: false);

    /// <summary>The same for a matrix of a layer that multiplies by it or looks rows up in it: it may be held in fewer bits, as <see cref="WeightHolding"/> says.</summary>
    public Tensor GetMatrix(string name, Shape shape, Initializer initializer, WeightLayout layout = WeightLayout.Same) =>
        _store.Get(Key(name), shape, initializer, layout, trained: true, matrix: true);

    private string Key(string name) => Path.Length == 0 ? name : Path + "." + name;
}
