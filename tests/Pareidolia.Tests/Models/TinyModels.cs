using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Every kind of model, as small as its parts allow, as a function of its parameters.</summary>
/// <param name="Weights">The parameters.</param>
/// <param name="Run">A forward pass over fixed inputs.</param>
internal sealed record TinyModel(WeightStore Weights, Func<Tensor> Run) : IDisposable
{
    public void Dispose() => Weights.Dispose();
}

internal static class TinyModels
{
    public static IReadOnlyDictionary<string, Func<Backend, TinyModel>> All { get; } = new Dictionary<string, Func<Backend, TinyModel>>
    {
        ["unet condition"] = UNetCondition,
        ["unet condition, sdxl"] = UNetXl,
        ["unet condition, pooled text"] = UNetPooled,
        ["unet condition, pixel cascade"] = UNetCascade,
        ["unet"] = UNet,
        ["unet condition, pictures"] = UNetOfPictures,
        ["prior, diffusion"] = device => Prior(device, isAutoregressive: false),
        ["prior, autoregressive"] = device => Prior(device, isAutoregressive: true),
        ["dit"] = DiT,
        ["pixart"] = PixArt,
        ["sd3"] = Sd3,
        ["flux"] = Flux,
        ["autoencoder"] = Autoencoder,
        ["clip"] = Clip,
        ["upscaler"] = Upscaler,
        ["bert"] = Bert,
        ["gpt2"] = Gpt2,
        ["t5"] = T5,
        ["t5, own head"] = T5OwnHead,
        ["words"] = Words,
    };

    public static UNet2DConditionConfig UNetConfig { get; } = new()
    {
        DownBlockTypes = ["CrossAttnDownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D"],
        BlockOutChannels = [4, 8],
        LayersPerBlock = [1, 1],
        NormNumGroups = 2,
        CrossAttentionDim = [6, 6],
        TransformerLayersPerBlock = [1, 1],
        AttentionHeads = [2, 2],
        OnlyCrossAttention = [false, false],
        NumClassEmbeds = 3,
    };

    public static ClipConfig ClipConfig { get; } = new()
    {
        Text = new ClipTextConfig
        {
            HiddenSize = 8, IntermediateSize = 12, NumHiddenLayers = 2, NumAttentionHeads = 2, VocabSize = 11, MaxPositionEmbeddings = 6,
        },
        Vision = new ClipVisionConfig
        {
            HiddenSize = 8, IntermediateSize = 12, NumHiddenLayers = 1, NumAttentionHeads = 2, ImageSize = 8, PatchSize = 4, HiddenAct = "gelu",
        },
        ProjectionDim = 5,
    };

    public static BertConfig BertConfig { get; } = new()
    {
        VocabSize = 11, HiddenSize = 8, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 12, MaxPositionEmbeddings = 6, InitializerRange = 0.3,
    };

    // Not version 1.0's relu: where it bends, a step to either side is no slope.
    public static T5Config T5Config { get; } = new()
    {
        VocabSize = 11, DModel = 8, DKv = 4, DFf = 12, NumLayers = 2, NumDecoderLayers = 2, NumHeads = 2, RelativeAttentionNumBuckets = 8,
        RelativeAttentionMaxDistance = 8, FeedForwardProj = "gated-gelu",
    };

    public static ConvolutionalWordConfig WordConfig { get; } = new() { VocabSize = 10, HiddenSize = 8, Neighbours = 3, KernelSize = 3, Dilations = [1, 2], InitializerRange = 0.5 };

    public static Tensor Noise(Shape shape, Backend device, ulong seed = 7)
    {
        float[] values = new float[shape.Count];
        new TorchCpuGenerator(seed).Randn(values);
        return Tensor.From(values, shape, device);
    }

    private static TinyModel Bert(Backend device)
    {
        Pretrained<BertForMaskedLm> bert = BertForMaskedLm.Initialise(BertConfig, 1, device);
        Tensor ids = Tensor.From([4, 1, 7, 0, 9, 2], [2, 3], device), types = Tensor.From([0, 1, 1, 0, 0, 1], [2, 3], device);
        return new TinyModel(bert.Weights, () => bert.Model.Forward(ids, types, Tensor.From([1, 1, 0, 1, 1, 1], [2, 3], device)));
    }

    private static TinyModel Gpt2(Backend device)
    {
        Gpt2Config config = new() { VocabSize = 11, NPositions = 4, NEmbd = 8, NLayer = 2, NHead = 2, InitializerRange = 0.3 };
        Pretrained<Gpt2LmHeadModel> gpt = Gpt2LmHeadModel.Initialise(config, 1, device);
        Tensor ids = Tensor.From([4, 1, 7, 0, 9, 2], [2, 3], device);
        return new TinyModel(gpt.Weights, () => gpt.Model.Forward(ids));
    }

    private static TinyModel T5(Backend device) => T5Of(T5Config, device);

    private static TinyModel T5OwnHead(Backend device) => T5Of(T5Config with { TieWordEmbeddings = false }, device);

    private static TinyModel T5Of(T5Config config, Backend device)
    {
        Pretrained<T5ForConditionalGeneration> t5 = T5ForConditionalGeneration.Initialise(config, 1, device);
        Tensor read = Tensor.From([4, 1, 7, 0, 9, 2], [2, 3], device), written = Tensor.From([0, 5, 0, 8], [2, 2], device);
        return new TinyModel(t5.Weights, () => t5.Model.Forward(read, written));
    }

    private static TinyModel Words(Backend device)
    {
        Pretrained<ConvolutionalWordModel> words = ConvolutionalWordModel.Initialise(WordConfig, 1, device);
        Tensor ids = Tensor.From([4, 1, 7, 0, 9, 2, 5, 5], [2, 4], device);
        return new TinyModel(words.Weights, () => words.Model.Predict(words.Model.Encode(ids)));
    }

    private static TinyModel UNetCondition(Backend device)
    {
        Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(UNetConfig, 1, device);
        UNetExtras extras = new() { ClassLabels = [2, 0], ContextMask = Tensor.From([1f, 1, 0, 1, 1, 1], [2, 3], device) };
        return new TinyModel(unet.Weights, () => unet.Model.Forward(Noise([2, 5, 4, 4], device), [3, 500], Noise([2, 3, 6], device), extras));
    }

    private static TinyModel UNetPooled(Backend device)
    {
        UNet2DConditionConfig config = UNetConfig with { NumClassEmbeds = null, AdditionEmbedType = "text", AdditionEmbedTypeNumHeads = 3 };
        Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(config, 1, device);
        // It begins silent: gradients of what lies before would all be zero.
        unet.Weights.Parameters.Single(p => p.Name == "add_embedding.norm2.weight").Tensor.CopyFrom(Tensor.Full([16], 0.7, device));
        return new TinyModel(unet.Weights, () => unet.Model.Forward(Noise([2, 4, 4, 4], device), [3, 500], Noise([2, 3, 6], device)));
    }

    private static TinyModel UNetCascade(Backend device)
    {
        UNet2DConditionConfig config = UNetConfig with
        {
            DownBlockTypes = ["ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"],
            MidBlockType = "UNetMidBlock2DSimpleCrossAttn",
            UpBlockTypes = ["SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"],
            ActFn = "gelu",
            ScaleShift = true,
            NumClassEmbeds = null,
            LabelIsTimestep = true,
            EncoderHidDim = 5,
            CrossAttentionDim = [32, 32],
            CrossAttentionNorm = true,
            AttentionHeads = [4, 4],
        };
        Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(config, 1, device);
        UNetExtras extras = new() { ClassLabels = [20, 900], ContextMask = Tensor.From([1f, 1, 0, 1, 1, 1], [2, 3], device) };
        return new TinyModel(unet.Weights, () => unet.Model.Forward(Noise([2, 4, 4, 4], device), [3, 500], Noise([2, 3, 5], device), extras));
    }

    private static TinyModel UNetOfPictures(Backend device)
    {
        UNet2DConditionConfig config = UNetConfig with { NumClassEmbeds = null, EncoderHidDim = 5, ReadsPictures = true, AdditionEmbedType = "image" };
        Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(config, 1, device);
        return new TinyModel(unet.Weights, () => unet.Model.Forward(Noise([2, 4, 4, 4], device), [3, 500], Noise([2, 1, 5], device)));
    }

    private static TinyModel Prior(Backend device, bool isAutoregressive)
    {
        PriorTransformerConfig config = new()
        {
            NumAttentionHeads = 2, AttentionHeadDim = 4, NumLayers = 1, EmbeddingDim = 6, NumEmbeddings = 3, IsAutoregressive = isAutoregressive, Codes = 4, CodeLevels = 5,
        };
        Pretrained<PriorTransformer> prior = PriorTransformer.Initialise(config, 1, device);
        Tensor text = Noise([2, 6], device), tokens = Noise([2, 3, 6], device, 8);
        return new TinyModel(prior.Weights, () => isAutoregressive
            ? prior.Model.Logits(Tensor.From([0, 3, 1, 4, 2, 2], [2, 3], device), text, tokens)
            : prior.Model.Forward(Noise([2, 6], device, 9), [3, 500], text, tokens));
    }

    private static TinyModel UNetXl(Backend device)
    {
        UNet2DConditionConfig config = UNetConfig with
        {
            UseLinearProjection = true,
            NumClassEmbeds = null,
            AdditionEmbedType = "text_time",
            AdditionTimeEmbedDim = 4,
            ProjectionClassEmbeddingsInputDim = 29,
            TransformerLayersPerBlock = [2, 1],
            OnlyCrossAttention = [true, false],
        };
        Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(config, 1, device);
        return new TinyModel(unet.Weights, () =>
        {
            UNetExtras extras = new() { TextEmbeds = Noise([1, 5], device), TimeIds = Tensor.From([64f, 64, 0, 0, 64, 64], [1, 6], device) };
            return unet.Model.Forward(Noise([1, 4, 4, 4], device), [77], Noise([1, 3, 6], device), extras);
        });
    }

    private static TinyModel UNet(Backend device)
    {
        UNet2DConfig config = new()
        {
            DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D"], UpBlockTypes = ["AttnUpBlock2D", "UpBlock2D"], BlockOutChannels = [4, 8],
            LayersPerBlock = 1, NormNumGroups = 2, AttentionHeadDim = 4, ScaleShift = true, DownsamplePadding = 0,
        };
        Pretrained<UNet2DModel> unet = UNet2DModel.Initialise(config, 1, device);
        return new TinyModel(unet.Weights, () => unet.Model.Forward(Noise([2, 4, 4, 3], device), [10]));
    }

    private static TinyModel DiT(Backend device)
    {
        DiTTransformer2DConfig config = new()
        {
            SampleSize = 4, InChannels = 2, OutChannels = 3, NumLayers = 2, NumAttentionHeads = 2, AttentionHeadDim = 4, NumEmbedsAdaNorm = 3,
        };
        Pretrained<DiTTransformer2DModel> dit = DiTTransformer2DModel.Initialise(config, 1, device);
        return new TinyModel(dit.Weights, () => dit.Model.Forward(Noise([2, 4, 6, 2], device), [3, 500], [3, 1]));
    }

    private static TinyModel PixArt(Backend device)
    {
        PixArtTransformer2DConfig config = new()
        {
            SampleSize = 4, InChannels = 2, OutChannels = 3, NumLayers = 2, NumAttentionHeads = 2, AttentionHeadDim = 4, CrossAttentionDim = 8, CaptionChannels = 5,
        };
        Pretrained<PixArtTransformer2DModel> pixart = PixArtTransformer2DModel.Initialise(config, 1, device);
        Tensor mask = Tensor.From([1f, 1, 0, 1, 1, 1], [2, 3], device);
        return new TinyModel(pixart.Weights, () => pixart.Model.Forward(Noise([2, 4, 4, 2], device), [3, 500], Noise([2, 3, 5], device), mask));
    }

    private static TinyModel Sd3(Backend device)
    {
        SD3Transformer2DConfig config = new()
        {
            SampleSize = 4, InChannels = 2, OutChannels = 3, NumLayers = 2, NumAttentionHeads = 2, AttentionHeadDim = 4, JointAttentionDim = 5,
            CaptionProjectionDim = 8, PooledProjectionDim = 3, PosEmbedMaxSize = 4,
        };
        Pretrained<SD3Transformer2DModel> sd3 = SD3Transformer2DModel.Initialise(config, 1, device);
        return new TinyModel(
            sd3.Weights, () => sd3.Model.Forward(Noise([2, 4, 6, 2], device), [3, 500], Noise([2, 3, 5], device), Noise([2, 3], device)));
    }

    private static TinyModel Flux(Backend device)
    {
        FluxTransformer2DConfig config = new()
        {
            InChannels = 3, NumLayers = 1, NumSingleLayers = 1, NumAttentionHeads = 2, AttentionHeadDim = 6, JointAttentionDim = 5, PooledProjectionDim = 4,
            AxesDimsRope = [2, 2, 2],
        };
        Pretrained<FluxTransformer2DModel> flux = FluxTransformer2DModel.Initialise(config, 1, device);
        Tensor places = Tensor.From([0f, 0, 0, 0, 0, 1, 0, 1, 0], [3, 3], device);
        return new TinyModel(flux.Weights, () => flux.Model.Forward(
            Noise([2, 3, 3], device), places, [0.2f, 0.9f], Noise([2, 2, 5], device), Noise([2, 4], device), [3.5f]));
    }

    private static TinyModel Autoencoder(Backend device)
    {
        AutoencoderKlConfig config = new() { BlockOutChannels = [4, 8], LayersPerBlock = 1, LatentChannels = 2, NormNumGroups = 2 };
        Pretrained<AutoencoderKl> vae = AutoencoderKl.Initialise(config, 1, device);
        return new TinyModel(vae.Weights, () =>
        {
            LatentDistribution latent = vae.Model.Encode(Noise([1, 4, 6, 3], device));
            Tensor picture = vae.Model.Decode(latent.Sample(Noise([1, 2, 3, 2], device, 8)));
            return Tensor.Concat(0, picture.Reshape(-1), latent.Kl());
        });
    }

    private static TinyModel Clip(Backend device)
    {
        Pretrained<ClipModel> clip = ClipModel.Initialise(ClipConfig, 1, device);
        return new TinyModel(clip.Weights, () =>
        {
            Tensor ids = Tensor.From([1, 4, 10, 0, 2, 3, 5, 10], [2, 4], device);
            Tensor embeds = Tensor.Concat(0, clip.Model.EncodeText(ids), clip.Model.EncodeImage(Noise([2, 8, 8, 3], device)));
            Tensor logits = clip.Model.Logits(clip.Model.EncodeImage(Noise([2, 8, 8, 3], device)), clip.Model.EncodeText(ids));
            return Tensor.Concat(0, embeds.Reshape(-1), logits.Reshape(-1));
        });
    }

    private static TinyModel Upscaler(Backend device)
    {
        PixelShuffleUpscalerConfig config = new() { Channels = 4, Blocks = 2 };
        Pretrained<PixelShuffleUpscaler> upscaler = PixelShuffleUpscaler.Initialise(config, 1, device);
        return new TinyModel(upscaler.Weights, () => upscaler.Model.Forward(Noise([1, 4, 3, 3], device)));
    }
}
