using System.Diagnostics;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Profiling;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines.Measuring;

/// <summary>
/// Measures a model's networks one by one on inputs of their own: the text encoders on a prompt and none, one question to the UNet, one decoding. Weights are
/// those of the model, or random.
/// </summary>
/// <param name="model">The model, or one part of it.</param>
/// <param name="settings">At what size, how often, in which arithmetic.</param>
public sealed class ModelBench(ModelSource model, BenchSettings settings)
{
    private const int SizeNumbers = 6;
    private static readonly string[] s_vae = ["vae"];

    /// <summary>The parts that it can measure, in the order in which a picture needs them.</summary>
    public IReadOnlyList<string> Parts { get; } =
        [.. TextTower.Parts.Select(part => part.Encoder).Append("unet").Concat(s_vae).Where(model.Has)];

    /// <summary>Pixels of a side of the pictures that the model was made for; 512 where it does not say.</summary>
    public static int OwnSide(ModelSource model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Has("unet") && model.Has("vae")
            ? model.Component("unet").NeededConfig().Int("sample_size", 64) * LatentCodec.FactorOf(model.Component("vae"))
            : 512;
    }

    /// <summary>Loads a part, runs it once to warm up and then as often as the settings say.</summary>
    /// <exception cref="PareidoliaException">The part is missing or damaged, or the size does not fit it.</exception>
    public PartTimes Measure(string part)
    {
        ProfilingBackend? profile = settings.Profile ? new ProfilingBackend(Backend.Cpu) : null;
        Backend device = profile ?? Backend.Cpu;
        return part switch
        {
            "unet" => UNet(device, profile),
            "vae" => Decoder(device, profile),
            _ => Tower(part, device, profile),
        };
    }

    private PartTimes UNet(Backend device, ProfilingBackend? profile)
    {
        Stopwatch loading = Stopwatch.StartNew();
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(model.Component("unet"), device);
        loading.Stop();
        UNet2DConditionConfig config = unet.Model.Config;
        int rows = 2 * settings.Batch, factor = model.Has("vae") ? LatentCodec.FactorOf(model.Component("vae")) : 8;
        Tensor sample = Random([rows, Cells(settings.Height, factor), Cells(settings.Width, factor), config.InChannels], device);
        Tensor context = Random([rows, settings.Tokens, config.TextWidth], device);
        UNetExtras extras = Extras(config, rows, device);
        return Run("unet", loading.Elapsed, unet.Weights, profile, () => unet.Model.Forward(sample, [500], context, extras));
    }

    private PartTimes Decoder(Backend device, ProfilingBackend? profile)
    {
        Stopwatch loading = Stopwatch.StartNew();
        using LatentCodec codec = LatentCodec.Load(model.Component("vae").Held(PictureDecoder.HoldingOf(model)), device);
        loading.Stop();
        Tensor latent = Random([1, Cells(settings.Height, codec.Factor), Cells(settings.Width, codec.Factor), codec.Channels], device);
        return Run("vae", loading.Elapsed, codec.Weights, profile, () => codec.Decode(latent), settings.Batch);
    }

    private PartTimes Tower(string part, Backend device, ProfilingBackend? profile)
    {
        Stopwatch loading = Stopwatch.StartNew();
        using Pretrained<ClipTextModel> tower = ClipTextModel.Load(model.Component(part), device);
        loading.Stop();
        int rows = 2 * settings.Batch, tokens = Math.Min(settings.Tokens, tower.Model.Config.MaxPositionEmbeddings);
        Tensor ids = Tensor.From(new int[rows * tokens], [rows, tokens], device);
        return Run(part, loading.Elapsed, tower.Weights, profile, () => tower.Model.Forward(ids).LastHidden);
    }

    private PartTimes Run(string part, TimeSpan loading, WeightStore weights, ProfilingBackend? profile, Func<Tensor> network, int times = 1)
    {
        // A text encoder multiplies no bytes.
        RunArithmetic arithmetic = new(settings.Exact, settings.Bf16, settings.Int8 && (part is "unet" or "vae"));
        using IDisposable computing = part == "unet" ? arithmetic.OpenDenoising() : arithmetic.OpenCoding();
        Once(network, times);
        profile?.Clear();
        double[] seconds = [.. Enumerable.Range(0, settings.Runs).Select(_ => Once(network, times))];
        return new PartTimes(part, weights.Count, loading, seconds, [.. (profile?.Times ?? []).Select(PerRun)]);
    }

    private OpTime PerRun(OpTime all) => all with
    {
        Calls = all.Calls / settings.Runs,
        Seconds = all.Seconds / settings.Runs,
        Flops = all.Flops / settings.Runs,
        Bytes = all.Bytes / settings.Runs,
    };

    private double Once(Func<Tensor> network, int times)
    {
        settings.Cancelled.ThrowIfCancellationRequested();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
        {
            using Scope scope = new();
            _ = network();
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static int Cells(int pixels, int factor) => pixels % factor == 0
        ? pixels / factor
        : throw new PareidoliaException($"The size {pixels} is not a multiple of the model's {factor}; {Math.Max(1, pixels / factor) * factor} would be.");

    private static UNetExtras Extras(UNet2DConditionConfig config, int rows, Backend device) => new()
    {
        TextEmbeds = config.HearsTextAndSize
            ? Random([rows, config.ProjectionClassEmbeddingsInputDim - (SizeNumbers * config.AdditionTimeEmbedDim)], device)
            : null,
        TimeIds = config.HearsTextAndSize ? Random([rows, SizeNumbers], device) : null,
        ClassLabels = config.HearsLabel ? new int[rows] : null,
    };

    private static Tensor Random(Shape shape, Backend device) => Scope.Detach(Tensor.Uniform(shape, 7, 1, device));
}
