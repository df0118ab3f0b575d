using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Imagined;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>A model's networks on a device that computes nothing, to learn what a picture would take. Needs the configs alone.</summary>
/// <param name="model">The model.</param>
/// <param name="width">Cells of the latent.</param>
/// <param name="height">Cells of the latent.</param>
/// <param name="pictures">Pictures that are denoised together; each counts twice where it is guided.</param>
/// <param name="guided">Whether they are.</param>
/// <param name="controls">Files of ControlNets that join it.</param>
/// <param name="plain">Whether all attention has one head and all norms one group.</param>
internal sealed class DryModel(ModelSource model, int width, int height, int pictures, bool guided, IReadOnlyList<string> controls, bool plain)
{
    private const int PromptTokens = 77;
    private const int SizeNumbers = 6;

    private readonly DryRun _dry = new();

    private int Rows => guided ? 2 * pictures : pictures;

    /// <summary>Reading prompts of usual length.</summary>
    public StageForecast Text() => T5Reader.IsIn(model) ? T5() : Total([.. TextTower.Parts.Where(part => model.Has(part.Encoder)).Select(part => Tower(part.Encoder))]);

    /// <summary>One question to the UNet and to the ControlNets; of a cascade, one to each.</summary>
    public StageForecast Denoising()
    {
        StageForecast first = controls.Aggregate(Denoising("unet", 1), (sum, path) => Total(sum, Control(path)));
        return CascadeStage.NamesIn(model).Aggregate(first, (sum, stage) => Total(sum, Denoising(stage.UNet, stage.Scale)));
    }

    private StageForecast Denoising(string part, int scale)
    {
        UNet2DConditionConfig config = UNet(part);
        return Stage(at => new UNet2DConditionModel(config, at), unet =>
            unet.Forward(Sample(config.InChannels, scale), [500], Context(config), Extras(config)));
    }

    // One look at its picture is little beside all the steps; it is counted with each.
    private StageForecast Control(string path)
    {
        UNet2DConditionConfig config = UNet("unet");
        return Stage(ControlNetFile.Structure(path, config), net =>
        {
            Tensor picture = Tensor.Empty([1, height * net.HintFactor, width * net.HintFactor, 3], _dry.Device);
            return net.Forward(Sample(net.InChannels, 1), [500], Context(config), net.See(picture), 1, Extras(config)).Mid;
        });
    }

    private UNet2DConditionConfig UNet(string part)
    {
        UNet2DConditionConfig config = UNet2DConditionConfig.FromJson(model.Component(part).NeededConfig());
        return plain ? config with { NormNumGroups = 1, AttentionHeads = [.. config.AttentionHeads.Select(_ => 1)] } : config;
    }

    private Tensor Sample(int channels, int scale) => Tensor.Empty([Rows, height * scale, width * scale, channels], _dry.Device);

    private Tensor Context(UNet2DConditionConfig config) => Tensor.Empty([Rows, PromptTokens, config.TextWidth], _dry.Device);

    /// <summary>One picture from its latent; they are decoded one at a time.</summary>
    public StageForecast Decoding(PixelShuffleUpscalerConfig? upscaler)
    {
        int factor = LatentCodec.FactorOf(model);
        return Total(model.Has("vae") ? Decoder() : StageForecast.Nothing, upscaler is null ? StageForecast.Nothing : Stage(
            at => new PixelShuffleUpscaler(upscaler, at),
            net => net.Forward(Tensor.Empty([1, height * factor, width * factor, 3], _dry.Device))));
    }

    private StageForecast Decoder()
    {
        JsonConfig config = model.Component("vae").NeededConfig();
        switch (LatentCodec.ClassOf(model.Component("vae")))
        {
            case "AutoencoderTiny":
                AutoencoderTinyConfig tiny = AutoencoderTinyConfig.FromJson(config);
                return Stage(at => new AutoencoderTiny(tiny, at), vae => vae.Decode(Latent(tiny.LatentChannels)));
            case "VQModel":
                VqModelConfig codes = VqModelConfig.FromJson(config);
                return Stage(at => new VqModel(codes, at), vae => vae.Decode(Latent(codes.VqEmbedDim)));
            default:
                AutoencoderKlConfig full = AutoencoderKlConfig.FromJson(config);
                full = plain ? full with { NormNumGroups = 1 } : full;
                return Stage(at => new AutoencoderKl(full, at), vae => vae.Decode(Latent(full.LatentChannels), VaeTiling.Auto));
        }
    }

    private Tensor Latent(int channels) => Tensor.Empty([1, height, width, channels], _dry.Device);

    private StageForecast T5()
    {
        T5Config config = T5Config.FromJson(model.Component(TextTower.Parts[0].Encoder).NeededConfig());
        int tokens = T5EncoderModel.LengthIn(model.Component(TextTower.Parts[0].Tokenizer));
        return Stage(at => new T5EncoderModel(config, at), t5 => t5.Forward(Tensor.From(new int[tokens], [1, tokens], _dry.Device)));
    }

    private StageForecast Tower(string part)
    {
        ClipTextConfig config = ClipTextConfig.FromJson(model.Component(part).NeededConfig());
        if (plain)
            config = config with { NumAttentionHeads = 1 };
        int tokens = Math.Min(PromptTokens, config.MaxPositionEmbeddings);
        return Stage(
            at => new ClipTextModel(config, at, config.WithProjection ? config.ProjectionDim : null),
            text => text.Forward(Tensor.From(new int[Rows * tokens], [Rows, tokens], _dry.Device)).LastHidden);
    }

    private UNetExtras Extras(UNet2DConditionConfig config)
    {
        // The published refiner hears five numbers about the size, and a text that is wider by as much.
        int pooled = config.ProjectionClassEmbeddingsInputDim - (SizeNumbers * config.AdditionTimeEmbedDim);
        return new UNetExtras
        {
            TextEmbeds = config.HearsTextAndSize ? Tensor.Empty([Rows, pooled], _dry.Device) : null,
            TimeIds = config.HearsTextAndSize ? Tensor.Empty([Rows, SizeNumbers], _dry.Device) : null,
            ClassLabels = config.HearsLabel ? new int[Rows] : null,
        };
    }

    private StageForecast Stage<T>(Func<WeightScope, T> build, Func<T, Tensor> run)
    {
        using Approximation fast = new();
        using Scope scope = new();
        using WeightStore weights = WeightStore.Outline(_dry.Device, PictureDecoder.HoldingOf(model));
        T network = weights.Build(build);
        long bytes = weights.Parameters.Where(parameter => weights.Holding.ReadsAtOnce(parameter.Name)).Sum(parameter => parameter.Tensor.Bytes);
        DryMeasure measure = _dry.Measure(() => run(network));
        return new StageForecast(bytes, measure.TensorBytes, measure.PooledBytes, measure.Asked);
    }

    // One network after the other, the weights of all there.
    private static StageForecast Total(params ReadOnlySpan<StageForecast> stages)
    {
        StageForecast total = StageForecast.Nothing;
        foreach (StageForecast stage in stages)
            total = total.Beside(stage, total.Asked + stage.Asked);
        return total;
    }
}
