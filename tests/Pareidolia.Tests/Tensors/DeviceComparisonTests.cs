using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>The fast device against the reference device, for every method of the contract.</summary>
public sealed class DeviceComparisonTests
{
    public static TheoryData<string> Cases => [.. KernelCases.Small.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cpu_computes_what_the_reference_does(string name)
    {
        KernelCase kernel = KernelCases.Small[name];
        KernelCase.Output[] expected = kernel.On(Backend.Reference), actual = kernel.On(Backend.Cpu);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            string what = $"{name}: output {i} {expected[i].Shape}";
            Assert.Equal(expected[i].Shape, actual[i].Shape);
            if (kernel.IsExact || expected[i].Type != DType.F32)
                AssertSame(what, expected[i], actual[i]);
            else
                AssertClose(what, kernel, expected[i].Floats, actual[i].Floats);
        }
    }

    private static void AssertSame(string what, KernelCase.Output expected, KernelCase.Output actual)
    {
        int size = expected.Type.Size(), place = expected.Bytes.AsSpan().CommonPrefixLength(actual.Bytes) / size;
        if (place * size < expected.Bytes.Length)
            Assert.Fail($"{what}: element {place} is {Hex(actual, place)} where {Hex(expected, place)} is expected ({expected.Type}).");
    }

    private static string Hex(KernelCase.Output output, int place) =>
        Convert.ToHexString(output.Bytes.AsSpan(place * output.Type.Size(), output.Type.Size()));

    private static void AssertClose(string what, KernelCase kernel, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double scale = kernel.Magnitude;
        foreach (float value in expected)
            scale = float.IsFinite(value) ? Math.Max(scale, Math.Abs(value)) : scale;
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = kernel.Tolerance * (Math.Abs(expected[i]) + scale);
            bool same = expected[i].Equals(actual[i]) || Math.Abs((double)expected[i] - actual[i]) <= allowed;
            if (!same)
                Assert.Fail($"{what}: element {i} is {actual[i]:g9} where {expected[i]:g9} is expected, give or take {allowed:g3}.");
        }
    }
}
