namespace Pareidolia.Weights.Pickle;

/// <summary>A dict of Python, in the order of insertion.</summary>
internal sealed class PickleDict
{
    // Python's None may be a key; a dictionary here has no null.
    private static readonly object s_none = new();

    private readonly Dictionary<object, object?> _items = [];

    /// <summary>Values whose keys are texts.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Texts =>
        _items.Where(item => item.Key is string).Select(item => new KeyValuePair<string, object?>((string)item.Key, item.Value));

    /// <summary>Sets a value.</summary>
    public void Set(object? key, object? value) => _items[key ?? s_none] = value;

    /// <summary>The value of a text; null where there is none.</summary>
    public object? Get(string key) => _items.GetValueOrDefault(key);
}

/// <summary>The name of something in a Python module: a mere name, which nothing here ever calls.</summary>
/// <param name="Name">Module and name: <c>collections.OrderedDict</c>.</param>
/// <param name="Role">What it stands for.</param>
internal sealed record PickleGlobal(string Name, GlobalRole Role);

/// <summary>An object of which nothing is wanted.</summary>
internal sealed class PickleOpaque;

/// <summary>The elements behind tensors.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">How elements are written.</param>
/// <param name="Count">Its elements, as the pickle claims.</param>
internal sealed record PickleStorage(string Key, SafetensorsType Type, long Count);

/// <summary>A tensor as a view of a storage.</summary>
/// <param name="Storage">Where its elements are.</param>
/// <param name="Offset">Its first element.</param>
/// <param name="Shape">Its axes.</param>
/// <param name="Strides">Elements from one index of an axis to the next.</param>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);
