using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Tests.Diffusion.Randomness;

public sealed class PictureNoiseTests
{
    private const int Rows = 4;
    private const int Columns = 6;
    private const int Channels = 3;
    private const int Length = Rows * Columns * Channels;

    private static readonly NoiseLevel s_high = NoiseLevel.Exploding(2);
    private static readonly NoiseLevel s_low = NoiseLevel.Exploding(1);

    public static TheoryData<string> Modes => [.. NoiseModes.Names];

    [Theory]
    [InlineData(NoiseMode.Diffusers)]
    [InlineData(NoiseMode.WebUiCpu)]
    [InlineData(NoiseMode.WebUiGpu)]
    public void Each_picture_has_a_stream_of_its_own_that_goes_on(NoiseMode mode)
    {
        using Scope scope = new();
        RandomStream stream = mode == NoiseMode.WebUiGpu ? new PhiloxGenerator(8) : new TorchCpuGenerator(8);
        PictureNoise noise = Noise(mode, new NoiseSeed(7), new NoiseSeed(8));
        Assert.Equal(Draw(stream), Picture(noise.Start(), 1));
        StepNoise steps = noise.ForSteps(Plan());
        Assert.Equal(Draw(stream), Picture(steps(s_high, s_low), 1));
        Assert.Equal(Draw(stream), Picture(steps(s_high, s_low), 1));
    }

    [Theory]
    [InlineData(NoiseMode.ComfyUi)]
    [InlineData(NoiseMode.ComfyUiGpu)]
    public void Pictures_of_a_comfyui_batch_share_one_stream_and_its_steps_another(NoiseMode mode)
    {
        using Scope scope = new();
        // Two of a batch of three, drawn by themselves.
        PictureNoise noise = Noise(mode, new NoiseSeed(7, 1, 3), new NoiseSeed(7, 2, 3));
        float[] start = Draw(new TorchCpuGenerator(7), 3 * Length);
        Assert.Equal(start[(2 * Length)..], Picture(noise.Start(), 1));
        float[] step = Draw(mode == NoiseMode.ComfyUi ? new TorchCpuGenerator(8) : new PhiloxGenerator(7), 3 * Length);
        Assert.Equal(step[Length..(2 * Length)], Picture(noise.ForSteps(Plan())(s_high, s_low), 0));
    }

    [Fact]
    public void A_seed_delta_changes_the_steps_and_not_the_start()
    {
        using Scope scope = new();
        NoiseSettings settings = new() { Mode = NoiseMode.WebUiGpu, SeedDelta = 31337 };
        PictureNoise noise = new([new NoiseSeed(7)], [1, Rows, Columns, Channels], settings);
        Assert.Equal(Draw(new PhiloxGenerator(7)), Picture(noise.Start(), 0));
        Assert.Equal(Draw(new PhiloxGenerator(31344)), Picture(noise.ForSteps(Plan())(s_high, s_low), 0));
    }

    [Fact]
    public void Sde_samplers_get_a_path_from_the_pictures_seed_except_as_diffusers_has_it()
    {
        using Scope scope = new();
        float[] Step(NoiseMode mode, StepNoiseKind kind, bool onDevice = false) =>
            Picture(Noise(mode, new NoiseSeed(7)).ForSteps(Plan(kind, onDevice))(s_high, s_low), 0);
        float[] path = [.. new BrownianTree(1, 2, Length, 7, seed => new TorchCpuGenerator(seed)).Increment(1, 2).Select(value => -value)];
        float[] philox = [.. new BrownianTree(1, 2, Length, 7, seed => new PhiloxGenerator(seed)).Increment(1, 2).Select(value => -value)];
        Assert.Equal(path, Step(NoiseMode.WebUiCpu, StepNoiseKind.BrownianButInDiffusers));
        Assert.Equal(philox, Step(NoiseMode.WebUiGpu, StepNoiseKind.BrownianButInDiffusers));
        Assert.Equal(path, Step(NoiseMode.ComfyUiGpu, StepNoiseKind.Brownian));
        Assert.Equal(philox, Step(NoiseMode.ComfyUiGpu, StepNoiseKind.Brownian, onDevice: true));
        Assert.Equal(path, Step(NoiseMode.Diffusers, StepNoiseKind.Brownian));
        Assert.Equal(Draw(new TorchCpuGenerator(7)), Step(NoiseMode.Diffusers, StepNoiseKind.BrownianButInDiffusers));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_variation_goes_from_one_seed_to_the_other(string mode)
    {
        using Scope scope = new();
        float[] own = Start(mode, 7, 0), other = Start(mode, 9, 0), half = Start(mode, 7, 0.5), all = Start(mode, 7, 1);
        Assert.All(all.Zip(other), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
        Assert.NotEqual(own, half);
        Assert.NotEqual(other, half);

        static float[] Start(string mode, ulong seed, double strength)
        {
            NoiseSettings settings = new() { Mode = NoiseModes.Parse(mode), VariationStrength = strength };
            return Picture(new PictureNoise([new NoiseSeed(seed, VariationSeed: 9)], [1, Rows, Columns, Channels], settings).Start(), 0);
        }
    }

    // The web UI's formula in torch 1.13 on randn(2, 3, 4) of seeds 5 and 6.
    [Fact]
    public void Interpolation_is_that_of_the_web_ui()
    {
        float[] low = Draw(new TorchCpuGenerator(5), 24), high = Draw(new TorchCpuGenerator(6), 24);
        float[] expected =
        [
            1.114525f, 0.779898f, -1.657032f, -1.767839f, 1.62197f, -0.184219f, 0.008089f, -0.984277f,
            2.895842f, -0.00354f, 0.284923f, -0.267532f, 0.937746f, 0.755468f, -0.106139f, 0.536809f,
            0.162978f, 0.233788f, -1.308688f, -1.64819f, 0.481644f, 0.688198f, -0.150062f, 0.032817f,
        ];
        Assert.All(Variation.Turn(low, high, 0.3, rows: 3, columns: 4).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 5e-6f));
        float[] parallel = Variation.Turn(low, [.. low.Select(value => value * 1.5f)], 0.3, 3, 4);
        Assert.Equal(low[0] * 1.35f, parallel[0], 1e-6f);
    }

    [Theory]
    [InlineData(2, 4, 1, 1, 0, 0)]
    [InlineData(6, 9, 0, 0, 1, 2)]
    [InlineData(8, 2, 0, 2, 2, 0)]
    public void Noise_of_another_size_lies_in_the_middle(int rows, int columns, int row, int column, int otherRow, int otherColumn)
    {
        using Scope scope = new();
        NoiseSettings settings = new() { ResizeFrom = (rows, columns) };
        Tensor resized = new PictureNoise([new NoiseSeed(7)], [1, Rows, Columns, Channels], settings).Start();
        Tensor other = new PictureNoise([new NoiseSeed(7)], [1, rows, columns, Channels], new NoiseSettings()).Start();
        Tensor own = new PictureNoise([new NoiseSeed(7)], [1, Rows, Columns, Channels], new NoiseSettings()).Start();
        Assert.Equal(At(other, otherRow, otherColumn), At(resized, row, column));
        if (row > 0)
            Assert.Equal(At(own, 0, 0), At(resized, 0, 0));

        static float[] At(Tensor x, int row, int column) => x.Slice(1, row, 1).Slice(2, column, 1).ToArray();
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Equal(
            "The noise mode \"gpu\" is not known; there are diffusers, a1111-cpu, a1111-gpu, comfyui, comfyui-gpu.",
            Assert.Throws<PareidoliaException>(() => NoiseModes.Parse("gpu")).Message);
        Assert.Throws<PareidoliaException>(() => new PictureNoise([new NoiseSeed(1)], [2, 4, 4, 4], new NoiseSettings()));
        Assert.Throws<PareidoliaException>(() => Noise(NoiseMode.ComfyUi, new NoiseSeed(1, 3, 3)));
    }

    private static PictureNoise Noise(NoiseMode mode, params NoiseSeed[] pictures) =>
        new(pictures, [pictures.Length, Rows, Columns, Channels], new NoiseSettings { Mode = mode });

    private static SamplingPlan Plan(StepNoiseKind kind = StepNoiseKind.Independent, bool onDevice = false) =>
        new(SamplingPlan.Chain([s_high, s_low, NoiseLevel.Exploding(0)]), new Prediction(PredictionType.Epsilon), (_, _, _, _) => [])
        {
            Noise = kind,
            NoiseOnDevice = onDevice,
        };

    private static float[] Draw(RandomStream stream, int length = Length)
    {
        float[] drawn = new float[length];
        stream.Randn(drawn);
        return drawn;
    }

    // One picture's numbers, channels first.
    private static float[] Picture(Tensor batch, int index) => batch.Slice(0, index, 1).Permute(0, 3, 1, 2).ToArray();
}
