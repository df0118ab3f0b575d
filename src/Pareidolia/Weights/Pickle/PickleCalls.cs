namespace Pareidolia.Weights.Pickle;

/// <summary>What comes of a pickle's calls, as data: each allowed name has a fixed meaning.</summary>
internal static class PickleCalls
{
    /// <summary>The result of calling a name.</summary>
    /// <exception cref="FormatException">The arguments are not those of the name, or what is called is no name.</exception>
    public static object? Call(object? called, object? arguments)
    {
        if (called is not PickleGlobal global || arguments is not object?[] given)
            throw new FormatException("it calls something that is no name, or with something that is no tuple");
        return global.Role switch
        {
            GlobalRole.Dict => Dict(given),
            GlobalRole.ParameterDict => new PickleDict(),
            GlobalRole.List => given is [List<object?> items] ? items : given is [object?[] tuple] ? tuple : new List<object?>(),
            GlobalRole.Tensor => Tensor(given),
            GlobalRole.Parameter => given is [PickleTensor tensor, ..] ? tensor : throw Wrong(global),
            GlobalRole.Opaque => new PickleOpaque(),
            _ => throw Wrong(global),
        };
    }

    /// <summary>Gives an object its state. Of a dict, the state of a ParameterDict alone holds anything that is wanted.</summary>
    /// <exception cref="FormatException">The object takes none.</exception>
    public static void SetState(object? target, object? state)
    {
        if (target is PickleOpaque)
            return;
        if (target is not PickleDict dict || state is not (PickleDict or null or object?[] or PickleOpaque))
            throw new FormatException("it gives a state to something that takes none");
        if (state is PickleDict parts && parts.Get("_parameters") is PickleDict parameters)
            foreach (KeyValuePair<string, object?> parameter in parameters.Texts)
                dict.Set(parameter.Key, parameter.Value);
    }

    /// <summary>A storage from its persistent id: <c>("storage", torch.FloatStorage, "0", "cpu", 12)</c>, in old files with a view.</summary>
    /// <exception cref="FormatException">It has another form.</exception>
    public static PickleStorage Storage(object? id)
    {
        if (id is not object?[] { Length: 5 or 6 } parts
            || parts is not ["storage", PickleGlobal { Role: GlobalRole.Storage } type, string key, string, long count, ..] || count < 0)
            throw new FormatException("a storage's id is not (\"storage\", type, key, device, count)");
        if (parts.Length == 6 && parts[5] is not null)
            throw new FormatException("a storage is a view of another, as only files of before PyTorch 0.4 have it");
        return new PickleStorage(key, AllowedGlobals.TypeOf(type), count);
    }

    private static PickleDict Dict(object?[] given)
    {
        PickleDict dict = new();
        foreach (object? pair in given is [List<object?> pairs] ? pairs : [])
        {
            if (pair is not (object?[] { Length: 2 } or List<object?> { Count: 2 }))
                throw new FormatException("a dict is made of something other than pairs");
            IReadOnlyList<object?> item = (IReadOnlyList<object?>)pair;
            dict.Set(item[0], item[1]);
        }
        return dict;
    }

    private static PickleTensor Tensor(object?[] given)
    {
        if (given is not [PickleStorage storage, long offset, object?[] shape, object?[] strides, ..] || shape.Length != strides.Length)
            throw new FormatException("a tensor is not (storage, offset, shape, strides)");
        long[] extents = Numbers(shape), steps = Numbers(strides);
        if (!Fits(storage.Count, offset, extents, steps))
            throw new FormatException($"a tensor of shape [{string.Join(", ", extents)}] and strides [{string.Join(", ", steps)}] "
                + $"from element {offset} leaves its storage of {storage.Count}");
        return new PickleTensor(storage, offset, extents, steps);
    }

    private static long[] Numbers(object?[] values)
    {
        if (values.Length > 64 || !values.All(value => value is long and >= 0))
            throw new FormatException("a tensor's shape or strides are not at most 64 numbers from 0");
        return [.. values.Select(value => (long)value!)];
    }

    // The last element lies in the storage, and there are fewer elements than 64 bits can count.
    private static bool Fits(long count, long offset, long[] shape, long[] strides)
    {
        Int128 last = offset, elements = 1;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            last += (Int128)Math.Max(0, shape[axis] - 1) * strides[axis];
            elements *= shape[axis];
            if (elements > long.MaxValue / 8 || last > long.MaxValue)
                return false;
        }
        return offset >= 0 && (elements == 0 ? offset <= count : last < count);
    }

    private static FormatException Wrong(PickleGlobal global) => new($"{global.Name} is called with what it does not take");
}
