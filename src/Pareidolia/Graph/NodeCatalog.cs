using Pareidolia.Graph.Nodes;

namespace Pareidolia.Graph;

/// <summary>All kinds of nodes.</summary>
internal static class NodeCatalog
{
    /// <summary>In the order in which lists show them.</summary>
    public static IReadOnlyList<Node> All { get; } =
    [
        new CheckpointLoaderSimple(), new UnetLoader(), new ClipLoader(), new DualClipLoader(), new VaeLoader(),
        new LoraLoader(), new LoraLoaderModelOnly(), new ControlNetLoader(), new UpscaleModelLoader(),
        new ClipTextEncode(), new ClipSetLastLayer(), new ClipTextEncodeSdxl(), new ClipTextEncodeSdxlRefiner(),
        new ConditioningCombine(), new ConditioningConcat(), new ConditioningAverage(), new ConditioningZeroOut(),
        new ConditioningSetArea(), new ConditioningSetAreaPercentage(), new ConditioningSetMask(), new ConditioningSetTimestepRange(),
        new ControlNetApply(), new ControlNetApplyAdvanced(), new InpaintModelConditioning(), new InstructPixToPixConditioning(),
        new EmptyLatentImage(), new VaeDecode(), new VaeDecodeTiled(), new VaeEncode(), new VaeEncodeTiled(), new VaeEncodeForInpaint(),
        new LatentUpscale(), new LatentUpscaleBy(), new LatentFromBatch(), new RepeatLatentBatch(), new LatentBatch(), new LatentComposite(),
        new LatentBlend(), new LatentRotate(), new LatentFlip(), new LatentCrop(), new SetLatentNoiseMask(),
        new KSampler(), new KSamplerAdvanced(), new SamplerCustom(), new SamplerCustomAdvanced(), new KSamplerSelect(),
        new RandomNoise(), new DisableNoise(), new BasicGuider(), new CfgGuider(), new DualCfgGuider(), new PerpNegGuider(),
        new BasicScheduler(), RhoScheduler.Karras, new ExponentialScheduler(), RhoScheduler.Polyexponential, new BetaSamplingScheduler(),
        new VpScheduler(), new SdTurboScheduler(), new AlignYourStepsScheduler(), new SplitSigmas(), new FlipSigmas(),
        new RescaleCfg(), new PerturbedAttentionGuidance(), new SelfAttentionGuidance(), new PerpNeg(), FreeU.First, FreeU.Second,
        new ModelMergeSimple(), new ClipMergeSimple(), new DifferentialDiffusion(), new ModelSamplingDiscrete(),
        new LoadImage(), new LoadImageMask(), new SaveImage(), new PreviewImage(), new ImageScale(), new ImageScaleBy(), new ImageScaleToTotalPixels(),
        new ImageUpscaleWithModel(), new ImageInvert(), new ImageBatch(), new ImageBlend(), new ImagePadForOutpaint(),
        new SolidMask(), new InvertMask(), new GrowMask(), new FeatherMask(), new MaskComposite(), new MaskToImage(), new ImageToMask(),
    ];

    private static readonly Dictionary<string, Node> s_byClass = All.ToDictionary(node => node.Class, StringComparer.Ordinal);

    /// <summary>The kind of a name; null where there is none.</summary>
    public static Node? Find(string name) => s_byClass.GetValueOrDefault(name);
}
