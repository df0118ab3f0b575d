using System.Globalization;
using Pareidolia.Tensors.Random;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Random;

public sealed class RandomGoldenTests
{
    public static TheoryData<string> TorchCases => GoldenCase.NamesOfKind("rng_torch");

    public static TheoryData<string> PhiloxCases => GoldenCase.NamesOfKind("rng_philox");

    public static TheoryData<string> LatentCases => GoldenCase.NamesOfKind("rng_latents");

    [Theory]
    [MemberData(nameof(TorchCases))]
    public void Torch_draws(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        foreach ((string key, GoldenTensor expected) in golden.Outputs)
        {
            if (key.StartsWith("seq.", StringComparison.Ordinal))
                continue;
            string[] parts = key.Split(".seed");
            ulong seed = ulong.Parse(parts[1].Split('.')[0], CultureInfo.InvariantCulture);
            CheckDraw(golden, key, parts[0][..parts[0].LastIndexOf('.')], expected, new TorchCpuGenerator(seed));
        }
    }

    [Theory]
    [MemberData(nameof(TorchCases))]
    public void Torch_draws_in_sequence_from_one_generator(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        foreach (long seed in golden.Inputs["seeds"].ToInt64())
        {
            TorchCpuGenerator generator = new((ulong)seed);
            string prefix = $"seq.seed{seed}.";
            foreach (string key in Sequence(golden, prefix))
            {
                string op = key[prefix.Length..].Split('.')[1].TrimEnd("0123456789x".ToCharArray());
                CheckDraw(golden, key, op, golden.Outputs[key], generator);
            }
        }
    }

    [Theory]
    [MemberData(nameof(PhiloxCases))]
    public void Philox_draws_in_sequence(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        foreach (long seed in golden.Inputs["seeds"].ToInt64())
        {
            PhiloxGenerator generator = new((ulong)seed);
            string prefix = $"seq.seed{seed}.";
            foreach (string key in Sequence(golden, prefix))
                CheckRandn(golden, key, golden.Outputs[key], generator);
        }
    }

    [Theory]
    [MemberData(nameof(PhiloxCases))]
    public void Philox_words(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        foreach (long seed in golden.Inputs["seeds"].ToInt64())
        {
            long[] expected = golden.Outputs[$"raw_u32.seed{seed}"].ToInt64();
            int count = expected.Length / 4;
            for (uint i = 0; i < count; i++)
            {
                (uint x, uint y, uint z, uint w) = PhiloxGenerator.Rounds(0, 0, i, (ulong)seed);
                Assert.Equal([expected[i], expected[count + i], expected[2 * count + i], expected[3 * count + i]], [x, y, z, w]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(LatentCases))]
    public void Initial_latents(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        foreach (long seed in golden.Inputs["seeds"].ToInt64())
        {
            CheckRandn(golden, $"latent13x7.seed{seed}", golden.Outputs[$"latent13x7.seed{seed}"], new TorchCpuGenerator((ulong)seed));
            float[] latent = new float[4 * 64 * 64];
            new TorchCpuGenerator((ulong)seed).Randn(latent);
            double mean = latent.Average(value => (double)value);
            double variance = latent.Sum(value => (value - mean) * (value - mean)) / (latent.Length - 1);
            golden.Check($"latent64.seed{seed}.first64", latent.AsSpan(0, 64));
            golden.Check($"latent64.seed{seed}.last64", latent.AsSpan(latent.Length - 64));
            golden.Check($"latent64.seed{seed}.mean_std", [(float)mean, (float)Math.Sqrt(variance)]);
        }
    }

    // The draws of one generator, in the order in which they were made.
    private static IEnumerable<string> Sequence(GoldenCase golden, string prefix) =>
        golden.Outputs.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static void CheckRandn(GoldenCase golden, string key, GoldenTensor expected, RandomStream generator)
    {
        float[] drawn = new float[expected.Length];
        generator.Randn(drawn);
        golden.Check(key, drawn);
    }

    // `op` is the name of the torch call, with its numbers behind underscores.
    private static void CheckDraw(GoldenCase golden, string key, string op, GoldenTensor expected, TorchCpuGenerator generator)
    {
        string[] words = op.Split('_');
        if (expected.DType == "I64")
            Assert.Equal(expected.ToInt64(), Integers(words, expected.Length, generator));
        else if (expected.DType == "F64")
            CheckDouble(golden, key, words[0], expected, generator);
        else
            CheckSingle(golden, key, words, expected, generator);
    }

    private static long[] Integers(string[] words, int count, TorchCpuGenerator generator)
    {
        long[] drawn = new long[count];
        if (words[0] == "randperm")
            generator.Randperm(drawn);
        else if (words[0] == "randint10")
            generator.Randint(drawn, 0, 10);
        else
            generator.Randint(drawn, long.Parse(words[1], CultureInfo.InvariantCulture), Bound(words[2]));
        return drawn;
    }

    private static long Bound(string word) =>
        word == "2p40" ? 1L << 40 : long.Parse(word, CultureInfo.InvariantCulture);

    private static void CheckDouble(GoldenCase golden, string key, string op, GoldenTensor expected, TorchCpuGenerator generator)
    {
        double[] drawn = new double[expected.Length];
        if (op == "rand")
        {
            generator.Rand(drawn);
            Assert.Equal(expected.ToDouble(), drawn);
            return;
        }
        generator.Randn(drawn);
        golden.Check(key, [.. drawn.Select(value => (float)value)]);
        Assert.All(expected.ToDouble().Zip(drawn), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
    }

    private static void CheckSingle(GoldenCase golden, string key, string[] words, GoldenTensor expected, TorchCpuGenerator generator)
    {
        float[] drawn = new float[expected.Length];
        switch (words[0])
        {
            case "randn": generator.Randn(drawn); break;
            case "rand": generator.Rand(drawn); break;
            case "bernoulli": generator.Bernoulli(drawn, Number(words[1])); break;
            case "normal": generator.Normal(drawn, Number(words[1]), Number(words[2])); break;
            case "uniform": generator.Uniform(drawn, Number(words[1]), Number(words[2])); break;
            default: Assert.Skip($"{golden.Name}: the draw `{key}` is of no kind known here."); break;
        }
        if (words[0] is "rand" or "bernoulli")
            Assert.Equal(expected.ToSingle(), drawn);
        else
            golden.Check(key, drawn);
    }

    private static float Number(string word) => float.Parse(word, CultureInfo.InvariantCulture);
}
