using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>
/// One method of the device contract on fixed inputs: run on two devices, or with two numbers of threads, it must give the same outputs.
/// An output y may differ from the reference by <paramref name="Tolerance"/> (|y| + scale), where the scale is the largest output or at
/// least <paramref name="Magnitude"/>, the size that a sum of such terms typically has.
/// </summary>
internal sealed record KernelCase(string Name, Func<KernelInputs, Operand[]> Run, double Tolerance = 0, double Magnitude = 0)
{
    /// <summary>Float32 sums of some hundred terms in any order, functions within a few units of the last place.</summary>
    public const double Rounding = 2e-6;

    public bool IsExact => Tolerance == 0;

    /// <summary>The outputs' bytes on a device.</summary>
    public Output[] On(Backend device)
    {
        using Scope scope = new();
        return [.. Run(new KernelInputs(device)).Select(operand => new Output(operand))];
    }

    /// <summary>What a device computed, on the managed side.</summary>
    internal sealed class Output
    {
        public unsafe Output(Operand operand)
        {
            (Shape, Type) = (operand.Shape, operand.Type);
            Bytes = new ReadOnlySpan<byte>((void*)operand.Address, (int)operand.Count * Type.Size()).ToArray();
        }

        public Shape Shape { get; }

        public DType Type { get; }

        public byte[] Bytes { get; }

        public ReadOnlySpan<float> Floats => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(Bytes);
    }
}

/// <summary>
/// Inputs of a kernel: the same numbers on every device, in the order asked for. Outputs begin as NaN, so that a forgotten element shows.
/// </summary>
internal sealed class KernelInputs(Backend device)
{
    private readonly System.Random _random = new(5);

    public Backend Device => device;

    /// <summary>Uniform in low..high.</summary>
    public Operand Uniform(Shape shape, float low = -1, float high = 1)
    {
        float[] values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = low + (_random.NextSingle() * (high - low));
        return Given(values, shape);
    }

    /// <summary>Few different values, so that equals occur.</summary>
    public Operand Coarse(Shape shape) => Given([.. Enumerable.Range(0, (int)shape.Count).Select(_ => (float)_random.Next(-3, 4))], shape);

    public Operand Given(ReadOnlySpan<float> values, Shape shape) => Tensor.From(values, shape, device).Operand;

    /// <summary>Weights in -1..1 in another type, as a model would hold them.</summary>
    public Operand Stored(Shape shape, DType type)
    {
        float[] values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = (_random.NextSingle() * 2) - 1;
        return Tensor.From(values, shape, device).To(type).Operand;
    }

    public Operand Ids(int count, int below) =>
        Tensor.From([.. Enumerable.Range(0, count).Select(_ => _random.Next(below))], [count], device).Operand;

    public Operand Bytes(Shape shape, DType type)
    {
        byte[] bytes = new byte[shape.Count * type.Size()];
        _random.NextBytes(bytes);
        return Tensor.FromBytes(bytes, shape, type, device).Operand;
    }

    public Operand Output(Shape shape, DType type = DType.F32) =>
        Tensor.Full(shape, type == DType.I32 ? -77 : double.NaN, device, type).Operand;
}
