namespace Pareidolia.Tensors;

/// <summary>
/// Records the ops of this thread while it is open, in order, and walks them backwards. Without an open tape nothing is recorded.
/// <code>
/// using Tape tape = new();
/// Tensor loss = model.Forward(x).MseLoss(target);
/// tape.Backward(loss);                       // every leaf's Gradient has grown
/// </code>
/// </summary>
public sealed class Tape : IDisposable
{
    [ThreadStatic]
    private static Tape? s_current;

    private readonly Tape? _outer;
    private readonly List<Entry> _entries = [];

    /// <summary>Opens a tape; an enclosing one sees nothing until this one is disposed.</summary>
    public Tape()
    {
        _outer = s_current;
        s_current = this;
    }

    /// <summary>Computes the gradient of a tensor of one input of an op from the gradient of the op's output.</summary>
    internal delegate Tensor Rule(Tensor gradient);

    /// <summary>The same for ops whose input gradients are computed together; null where none is needed.</summary>
    internal delegate Tensor?[] JointRule(Tensor gradient);

    /// <summary>Whether a tape is open on this thread.</summary>
    public static bool IsRecording => s_current is not null;

    /// <summary>Stops recording until the result is disposed.</summary>
    public static IDisposable Pause() => new Paused();

    /// <summary>
    /// Adds to every leaf's <see cref="Tensor.Gradient"/> the gradient of sum(output * seed); the seed of a single element is 1. The entries are
    /// used up: a tape runs backward once.
    /// </summary>
    public void Backward(Tensor output, Tensor? seed = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output.Variable is not { } root || !(root.IsLeaf || _entries.Exists(entry => entry.Output == root)))
            throw new TensorException(
                $"backward: {output.Shape} was not computed on this tape from what requires a gradient, or the tape has run backward");
        if (seed is null && output.Count != 1)
            throw new TensorException($"backward: {output.Shape} has {output.Count} elements and needs a seed of the same shape");
        if (seed is not null)
            output.RequireSame("backward seed", seed);
        using Scope scope = new();
        Walk(root, seed ?? Tensor.Full(output.Shape, 1, output.Device));
    }

    /// <summary>Releases what is still held.</summary>
    public void Dispose()
    {
        s_current = _outer;
        foreach (Entry entry in _entries)
            Forget(entry);
        _entries.Clear();
    }

    /// <summary>
    /// Runs a function without recording it and computes it again when its gradient is asked for: activations inside cost no memory, the
    /// forward pass is paid twice (Chen et al. 2016, https://arxiv.org/abs/1604.06174). What it reads, and the leaves inside it, get the gradients of
    /// a run that is recorded, added up in the same order.
    /// </summary>
    /// <param name="function">Says the same each time that it is asked.</param>
    /// <param name="reads">What it reads that is no leaf: it stays alive until then. Null stands for nothing.</param>
    public static Tensor Checkpoint(Func<Tensor> function, params ReadOnlySpan<Tensor?> reads)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (s_current is null)
            return function();
        Tensor y = Unrecorded(function);
        // The function's own leaves may need gradients even where what it reads does not, so the entry is always recorded.
        s_current.Add(y, [], reads, gradient =>
        {
            Recompute(function, gradient);
            return [];
        });
        return y;
    }

    /// <summary>The same of a function of one tensor.</summary>
    public static Tensor Checkpoint(Func<Tensor, Tensor> function, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(x);
        return Checkpoint(() => function(x), x);
    }

    /// <summary>Records an op whose inputs have one rule each; a rule runs only if its input needs a gradient.</summary>
    internal static Tensor Record(Tensor output, ReadOnlySpan<Tensor> saved, params ReadOnlySpan<(Tensor Input, Rule Rule)> rules)
    {
        if (s_current is null)
            return output;
        Tensor[] inputs = new Tensor[rules.Length];
        Rule[] functions = new Rule[rules.Length];
        for (int i = 0; i < rules.Length; i++)
            (inputs[i], functions[i]) = rules[i];
        bool[] needs = Array.ConvertAll(inputs, input => input.Variable is not null);
        if (!needs.Contains(true))
            return output;
        s_current.Add(output, inputs, saved, gradient =>
        {
            Tensor?[] gradients = new Tensor?[functions.Length];
            for (int i = 0; i < functions.Length; i++)
                gradients[i] = needs[i] ? functions[i](gradient) : null;
            return gradients;
        });
        return output;
    }

    /// <summary>Records an op whose input gradients come from one computation.</summary>
    internal static Tensor RecordJoint(Tensor output, ReadOnlySpan<Tensor?> inputs, ReadOnlySpan<Tensor?> saved, JointRule rule)
    {
        if (s_current is null)
            return output;
        bool needed = false;
        foreach (Tensor? input in inputs)
            needed |= input?.Variable is not null;
        if (needed)
            s_current.Add(output, inputs, saved, rule);
        return output;
    }

    /// <summary>Whether an op on these inputs would be recorded, hence must keep what its gradient needs.</summary>
    internal static bool Watches(params ReadOnlySpan<Tensor?> inputs)
    {
        if (s_current is null)
            return false;
        foreach (Tensor? input in inputs)
            if (input?.Variable is not null)
                return true;
        return false;
    }

    private static Tensor Unrecorded(Func<Tensor> function)
    {
        using IDisposable pause = Pause();
        using Scope scope = new();
        Tensor y = function();
        // A function may return a tensor that has its own place in the gradient, its input for one: the entry needs another.
        return scope.Keep(y.Variable is null ? y : y.View(y.Shape));
    }

    private static void Recompute(Func<Tensor> function, Tensor gradient)
    {
        using Scope scope = new();
        using Tape tape = new();
        if (function().Variable is Variable place)
            tape.Walk(place, gradient);
    }

    // The caller's scope owns what is computed on the way.
    private void Walk(Variable root, Tensor seed)
    {
        using IDisposable pause = Pause();
        root.Add(seed);
        while (_entries.Count > 0)
            Step(TakeLast());
    }

    private void Add(Tensor output, ReadOnlySpan<Tensor?> inputs, ReadOnlySpan<Tensor?> saved, JointRule rule)
    {
        output.Variable = new Variable();
        List<Tensor> held = new(saved.Length);
        foreach (Tensor? tensor in saved)
        {
            if (tensor is null)
                continue;
            tensor.Hold();
            held.Add(tensor);
        }
        Variable?[] targets = new Variable?[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            targets[i] = inputs[i]?.Variable;
        _entries.Add(new Entry(output.Variable, targets, held, rule));
    }

    private Entry TakeLast()
    {
        Entry entry = _entries[^1];
        _entries.RemoveAt(_entries.Count - 1);
        return entry;
    }

    private static void Step(Entry entry)
    {
        try
        {
            if (entry.Output.Gradient is not null)
                Propagate(entry, entry.Output.Gradient);
        }
        finally
        {
            Forget(entry);
        }
    }

    private static void Propagate(Entry entry, Tensor outputGradient)
    {
        using Scope scope = new();
        Tensor?[] gradients = entry.Rule(outputGradient);
        for (int i = 0; i < gradients.Length; i++)
            if (gradients[i] is Tensor gradient)
                entry.Inputs[i]?.Add(gradient);
    }

    private static void Forget(Entry entry)
    {
        entry.Output.Clear();
        foreach (Tensor tensor in entry.Saved)
            tensor.Unhold();
    }

    private sealed record Entry(Variable Output, Variable?[] Inputs, List<Tensor> Saved, JointRule Rule);

    private sealed class Paused : IDisposable
    {
        private readonly Tape? _paused = s_current;

        public Paused() => s_current = null;

        public void Dispose() => s_current = _paused;
    }
}
