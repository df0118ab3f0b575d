using System.Text.Json;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Tensors;

/// <summary>How an op is computed from a golden case: the layout of its tensors unless asked otherwise, and its outputs in order.</summary>
internal sealed record GoldenOp(Layout Layout, Func<GoldenOpRun, Tensor[]> Compute);

/// <summary>One golden op on one device: gives the op its inputs, and checks the outputs and the gradients of sum(out * cotangent).</summary>
internal sealed class GoldenOpRun : IDisposable
{
    private readonly Dictionary<string, (Tensor Tensor, Layout Layout)> _inputs = [];
    private readonly Tape _tape = new();
    private readonly GoldenOp _op;
    private readonly Backend _device;
    private readonly Tensor[] _outputs;

    public GoldenOpRun(GoldenCase golden, GoldenOp op, Backend device)
    {
        (Golden, _op, _device) = (golden, op, device);
        _outputs = op.Compute(this);
    }

    public GoldenCase Golden { get; }

    public JsonElement Config => Golden.Config;

    /// <summary>An input; a leaf where the case knows its gradient.</summary>
    public Tensor this[string name] => this[name, _op.Layout];

    public Tensor this[string name, Layout layout]
    {
        get
        {
            if (_inputs.TryGetValue(name, out (Tensor Tensor, Layout Layout) known))
                return known.Tensor;
            Tensor tensor = Golden.Input(name, _device, layout);
            tensor.RequiresGradient = Golden.Outputs.ContainsKey($"grad.{name}");
            _inputs[name] = (tensor, layout);
            return tensor;
        }
    }

    /// <summary>An input of ids.</summary>
    public Tensor Ids(string name)
    {
        GoldenTensor ids = Golden.Inputs[name];
        return Tensor.From(Array.ConvertAll(ids.ToInt64(), id => (int)id), new Shape(ids.Shape), _device);
    }

    /// <summary>An optional input.</summary>
    public Tensor? Optional(string name) => Golden.Inputs.ContainsKey(name) ? this[name] : null;

    public float Number(string name, float otherwise = 0) =>
        Config.TryGetProperty(name, out JsonElement value) ? value.GetSingle() : otherwise;

    public bool Flag(string name) => Config.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    public string[] Names(string name) => [.. Config.GetProperty(name).EnumerateArray().Select(value => value.GetString()!)];

    /// <summary>A parameter of two numbers, or of one for both.</summary>
    public (int H, int W) Pair(string name, int otherwise) =>
        !Config.TryGetProperty(name, out JsonElement value) ? (otherwise, otherwise)
        : value.ValueKind == JsonValueKind.Array ? (value[0].GetInt32(), value[1].GetInt32())
        : (value.GetInt32(), value.GetInt32());

    public void CheckOutputs()
    {
        for (int i = 0; i < _outputs.Length; i++)
            Golden.Check(Numbered("out", i), _outputs[i], _op.Layout);
        foreach (string name in Golden.Outputs.Keys.Where(name => name.StartsWith("new_", StringComparison.Ordinal)))
            Golden.Check(name, _inputs[name["new_".Length..]].Tensor);
        Assert.Equal(_outputs.Length, Golden.Outputs.Keys.Count(name => name.StartsWith("out", StringComparison.Ordinal)));
    }

    public void CheckGradients()
    {
        Tensor total = Tensor.Zeros([], _device);
        for (int i = 0; i < _outputs.Length; i++)
        {
            Tensor cotangent = Golden.Input(Numbered("cotangent", i), _device, _op.Layout);
            total += (_outputs[i] * cotangent.Reshape([.. _outputs[i].Shape])).Sum();
        }
        _tape.Backward(total);
        foreach (string name in Golden.Outputs.Keys.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)))
        {
            (Tensor leaf, Layout layout) = _inputs[name["grad.".Length..]];
            Assert.True(leaf.Gradient is not null, $"{Golden.Name}: no gradient came to {name}.");
            Golden.Check(name, leaf.Gradient, layout);
        }
    }

    public void Dispose() => _tape.Dispose();

    // A single output is "out", several are "out0", "out1", ...
    private string Numbered(string name, int i) => Golden.Outputs.ContainsKey("out") ? name : $"{name}{i}";
}
