using Pareidolia.Tensors.Random;

namespace Pareidolia.Tests.Random;

public sealed class RandomStreamTests
{
    public static TheoryData<string> Kinds => ["torch-cpu", "philox"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_restored_stream_continues_with_the_same_numbers(string kind)
    {
        RandomStream stream = Create(kind, 7);
        stream.Randn(new float[5]); // an odd count leaves torch's cached second normal
        byte[] state = stream.SaveState();
        float[] expected = Draw(stream, 3, 700);
        RandomStream other = Create(kind, 12345);
        other.RestoreState(state);
        Assert.Equal(expected, Draw(other, 3, 700));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_state_of_another_length_is_refused(string kind) =>
        Assert.Throws<ArgumentException>(() => Create(kind, 0).RestoreState(new byte[7]));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Normals_have_mean_0_and_deviation_1(string kind)
    {
        float[] drawn = Draw(Create(kind, 3), 1 << 18);
        double mean = drawn.Average(value => (double)value);
        double deviation = Math.Sqrt(drawn.Average(value => (value - mean) * (value - mean)));
        Assert.InRange(mean, -0.008, 0.008); // four standard errors
        Assert.InRange(deviation, 0.994, 1.006);
    }

    [Fact]
    public void Randint_with_an_empty_range_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TorchCpuGenerator(0).Randint(new long[1], 5, 5));

    [Fact]
    public void Portable_log_agrees_with_the_platform()
    {
        TorchCpuGenerator generator = new(1);
        double[] probes = new double[20000];
        generator.Rand(probes);
        foreach (double probe in probes.Append(1 - double.Epsilon).Append(Math.ScaleB(1, -53)))
            AssertUlps(Math.Log(1 - probe * 0.999), PortableMath.Log(1 - probe * 0.999), 2);
    }

    [Fact]
    public void Portable_sine_and_cosine_agree_with_the_platform()
    {
        for (int i = 0; i <= 20000; i++)
        {
            double angle = 2 * Math.PI * i / 20000;
            (double sin, double cos) = PortableMath.SinCos(angle);
            AssertUlps(Math.Sin(angle), sin, 2);
            AssertUlps(Math.Cos(angle), cos, 2);
        }
    }

    private static void AssertUlps(double expected, double actual, double ulps) =>
        Assert.True(Math.Abs(expected - actual) <= ulps * Math.Max(Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected), 1e-32),
            $"{actual:r} is more than {ulps} units in the last place from {expected:r}.");

    private static RandomStream Create(string kind, ulong seed) =>
        kind == "philox" ? new PhiloxGenerator(seed) : new TorchCpuGenerator(seed);

    private static float[] Draw(RandomStream stream, params int[] counts)
    {
        List<float> all = [];
        foreach (int count in counts)
        {
            float[] drawn = new float[count];
            stream.Randn(drawn);
            all.AddRange(drawn);
        }
        return [.. all];
    }
}
