namespace Pareidolia.Weights.Pickle;

/// <summary>What an allowed name stands for.</summary>
internal enum GlobalRole
{
    /// <summary>Makes a dict.</summary>
    Dict,

    /// <summary>Makes a dict whose items come as its state.</summary>
    ParameterDict,

    /// <summary>Makes a list of a list.</summary>
    List,

    /// <summary>Makes a tensor from a storage.</summary>
    Tensor,

    /// <summary>Wraps a tensor.</summary>
    Parameter,

    /// <summary>The type of a storage.</summary>
    Storage,

    /// <summary>Makes something of which nothing is wanted.</summary>
    Opaque,
}

/// <summary>The names that a pickle may mention; every other one is refused. Mentioning is all: nothing is imported or called.</summary>
internal static class AllowedGlobals
{
    private static readonly Dictionary<string, SafetensorsType> s_storages = new()
    {
        ["torch.DoubleStorage"] = SafetensorsType.F64,
        ["torch.FloatStorage"] = SafetensorsType.F32,
        ["torch.HalfStorage"] = SafetensorsType.F16,
        ["torch.BFloat16Storage"] = SafetensorsType.BF16,
        ["torch.LongStorage"] = SafetensorsType.I64,
        ["torch.IntStorage"] = SafetensorsType.I32,
        ["torch.ShortStorage"] = SafetensorsType.I16,
        ["torch.CharStorage"] = SafetensorsType.I8,
        ["torch.ByteStorage"] = SafetensorsType.U8,
        ["torch.BoolStorage"] = SafetensorsType.Bool,
    };

    private static readonly Dictionary<string, GlobalRole> s_roles = new()
    {
        ["collections.OrderedDict"] = GlobalRole.Dict,
        ["builtins.dict"] = GlobalRole.Dict,
        ["torch.nn.modules.container.ParameterDict"] = GlobalRole.ParameterDict,
        ["builtins.set"] = GlobalRole.List,
        ["__builtin__.set"] = GlobalRole.List,
        ["torch.Size"] = GlobalRole.List,
        ["torch._utils._rebuild_tensor"] = GlobalRole.Tensor,
        ["torch._utils._rebuild_tensor_v2"] = GlobalRole.Tensor,
        ["torch._utils._rebuild_parameter"] = GlobalRole.Parameter,
        // Left by trainers beside the weights: scores, rates, a callback's name.
        ["_codecs.encode"] = GlobalRole.Opaque,
        ["numpy.core.multiarray.scalar"] = GlobalRole.Opaque,
        ["numpy.core.multiarray._reconstruct"] = GlobalRole.Opaque,
        ["numpy._core.multiarray.scalar"] = GlobalRole.Opaque,
        ["numpy._core.multiarray._reconstruct"] = GlobalRole.Opaque,
        ["numpy.ndarray"] = GlobalRole.Opaque,
        ["numpy.dtype"] = GlobalRole.Opaque,
        ["torch.device"] = GlobalRole.Opaque,
        ["pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint"] = GlobalRole.Opaque,
        ["pytorch_lightning.callbacks.early_stopping.EarlyStopping"] = GlobalRole.Opaque,
        ["lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint"] = GlobalRole.Opaque,
    };

    private static readonly string[] s_types =
        ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "double", "float", "half", "long", "int", "short"];

    /// <summary>The name, if it is allowed.</summary>
    /// <exception cref="ForbiddenGlobalException">It is not.</exception>
    public static PickleGlobal Find(string module, string name)
    {
        string full = $"{module}.{name}";
        if (s_storages.ContainsKey(full))
            return new PickleGlobal(full, GlobalRole.Storage);
        if (module == "torch" && s_types.Contains(name))
            return new PickleGlobal(full, GlobalRole.Opaque);
        return s_roles.TryGetValue(full, out GlobalRole role) ? new PickleGlobal(full, role) : throw new ForbiddenGlobalException(full);
    }

    /// <summary>How the elements of a storage are written.</summary>
    public static SafetensorsType TypeOf(PickleGlobal storage) => s_storages[storage.Name];
}

/// <summary>A pickle asks for something that is not allowed.</summary>
/// <param name="name">Its name.</param>
internal sealed class ForbiddenGlobalException(string name) : Exception(name);
