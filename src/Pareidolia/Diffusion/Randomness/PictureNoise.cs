using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Diffusion.Randomness;

/// <summary>
/// The noise of a batch of pictures, as one of the known programs draws it: the start, then the noise of the steps.
/// <code>
/// PictureNoise noise = new([new NoiseSeed(42)], [1, 64, 64, 4], new NoiseSettings { Mode = NoiseMode.WebUiGpu });
/// using Tensor x = plan.Start(noise.Start());
/// foreach (DenoiseStep step in plan.Run(network, x, noise.ForSteps(plan))) { }
/// </code>
/// </summary>
public sealed class PictureNoise
{
    private readonly IReadOnlyList<NoiseSeed> _pictures;
    private readonly Shape _shape;
    private readonly NoiseSettings _settings;
    private readonly Backend? _device;
    private readonly NoiseDraws _start;

    /// <summary>Noise of shape [b, h, w, c] for b pictures.</summary>
    /// <exception cref="PareidoliaException">The shape has not 4 axes, or another number of pictures; or a place lies outside its batch.</exception>
    public PictureNoise(IReadOnlyList<NoiseSeed> pictures, Shape shape, NoiseSettings settings, Backend? device = null)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(settings);
        if (shape.Rank != 4 || shape[0] != pictures.Count)
            throw new PareidoliaException($"Noise of {pictures.Count} pictures is [{pictures.Count}, height, width, channels]; got {shape}.");
        foreach (NoiseSeed picture in pictures)
            if (picture.Of < 1 || picture.Place < 0 || picture.Place >= picture.Of)
                throw new PareidoliaException($"Place {picture.Place} is outside a batch of {picture.Of}: 0 to {picture.Of - 1} are inside.");
        (_pictures, _shape, _settings, _device) = (pictures, shape, settings, device);
        _start = new NoiseDraws(pictures, StartStream);
    }

    private SamplingTool Tool => _settings.Mode.Tool();

    private (int Rows, int Columns) Size => (_shape[1], _shape[2]);

    private int Length => _shape[1] * _shape[2] * _shape[3];

    /// <summary>
    /// The next draw of the streams that pictures start from, [b, h, w, c]; what varies the start (another seed, another size) applies to each.
    /// </summary>
    public Tensor Start()
    {
        float[][] own = _start.Next(Length);
        if (_settings.ResizeFrom is (int rows, int columns) && (rows, columns) != Size)
        {
            float[][] other = Varied((rows, columns), new NoiseDraws(_pictures, StartStream).Next(_shape[3] * rows * columns));
            for (int i = 0; i < own.Length; i++)
                Variation.PutInMiddle(own[i], Size, other[i], (rows, columns));
            return Arranged(own);
        }
        return Arranged(Varied(Size, own));
    }

    /// <summary>The same pictures' noise from the beginning, of another size in cells.</summary>
    internal PictureNoise OfSize(int rows, int columns) => new(_pictures, [_shape[0], rows, columns, _shape[3]], _settings, _device);

    /// <summary>The first draw of the pictures' own seeds once more, without what varies it.</summary>
    internal Tensor Unvaried() => Arranged(new NoiseDraws(_pictures, StartStream).Next(Length));

    /// <summary>
    /// Noise for the steps of a plan, in their order. SDE samplers get Brownian paths where the program of the mode does that, and where a
    /// step asks for noise of overlapping intervals.
    /// </summary>
    public StepNoise ForSteps(SamplingPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Noise == StepNoiseKind.Brownian || (plan.Noise == StepNoiseKind.BrownianButInDiffusers && Tool != SamplingTool.Diffusers))
            return Brownian(plan);
        NoiseDraws draws = StepDraws();
        return (_, _) => Arranged(draws.Next(Length));
    }

    private StepNoise Brownian(SamplingPlan plan)
    {
        // The web UI's path covers all sigmas even where a run takes only the last of them.
        IReadOnlyList<NoiseLevel> levels = Tool == SamplingTool.ComfyUi ? plan.Levels : plan.WholeLevels;
        bool philox = _settings.Mode == NoiseMode.WebUiGpu || (_settings.Mode == NoiseMode.ComfyUiGpu && plan.NoiseOnDevice);
        BrownianNoise noise = new(_pictures, Length, levels, philox ? seed => new PhiloxGenerator(seed) : seed => new TorchCpuGenerator(seed));
        return (from, to) => Arranged(noise.Between(from, to));
    }

    private NoiseDraws StepDraws() => _settings.Mode switch
    {
        // On a CPU the same seed would repeat the start.
        NoiseMode.ComfyUi => new NoiseDraws(_pictures, seed => new TorchCpuGenerator(unchecked(seed + 1))),
        NoiseMode.ComfyUiGpu => new NoiseDraws(_pictures, seed => new PhiloxGenerator(seed)),
        _ when _settings.SeedDelta != 0 => new NoiseDraws(_pictures, seed => StartStream(unchecked(seed + (ulong)_settings.SeedDelta))),
        _ => _start,
    };

    private RandomStream StartStream(ulong seed) =>
        _settings.Mode == NoiseMode.WebUiGpu ? new PhiloxGenerator(seed) : new TorchCpuGenerator(seed);

    private float[][] Varied((int Rows, int Columns) size, float[][] noise)
    {
        if (_settings.VariationStrength == 0)
            return noise;
        IEnumerable<NoiseSeed> others = _pictures.Select(picture => picture with { Seed = picture.VariationSeed });
        float[][] other = new NoiseDraws(others, StartStream).Next(_shape[3] * size.Rows * size.Columns);
        return [.. noise.Zip(other, (own, towards) => Variation.Turn(own, towards, _settings.VariationStrength, size.Rows, size.Columns))];
    }

    private Tensor Arranged(float[][] pictures) => Tensor.From(LatentNoise.ChannelsLast([.. pictures.SelectMany(p => p)], _shape), _shape, _device);
}
