namespace Pareidolia.Weights.Checkpoints;

/// <summary>A kind of model that comes as one file in the original layout.</summary>
/// <param name="Title">What it is called.</param>
/// <param name="Parts">Its networks.</param>
internal sealed record CheckpointFamily(string Title, IReadOnlyList<CheckpointPart> Parts)
{
    private const string Pooled = "model.diffusion_model.label_emb.0.0.weight";

    /// <summary>SD 1.x: CLIP ViT-L under transformers' names.</summary>
    public static CheckpointFamily Sd1 { get; } = Of("Stable Diffusion 1", CheckpointPart.Transformers("cond_stage_model.transformer."));

    /// <summary>SD 2.x: OpenCLIP ViT-H without its last layer.</summary>
    public static CheckpointFamily Sd2 { get; } = Of("Stable Diffusion 2", CheckpointPart.OpenClipPenultimate("cond_stage_model.model."));

    /// <summary>SD 2.x in files of the newer training code.</summary>
    public static CheckpointFamily Sd2Newer { get; } = Of("Stable Diffusion 2", CheckpointPart.OpenClipPenultimate("conditioner.embedders.0.model."));

    /// <summary>SDXL base: CLIP ViT-L and OpenCLIP ViT-bigG.</summary>
    public static CheckpointFamily Sdxl { get; } = Of(
        "Stable Diffusion XL", CheckpointPart.Transformers("conditioner.embedders.0.transformer."),
        CheckpointPart.OpenClip("conditioner.embedders.1.model."));

    /// <summary>SDXL refiner: OpenCLIP ViT-bigG alone.</summary>
    public static CheckpointFamily SdxlRefiner { get; } =
        Of("Stable Diffusion XL refiner", CheckpointPart.OpenClip("conditioner.embedders.0.model."));

    /// <summary>The family of a file.</summary>
    /// <exception cref="PareidoliaException">It is something else; the message says what.</exception>
    public static CheckpointFamily Recognise(StoredWeights file)
    {
        if (!ForeignFile.IsModel(file))
            throw new PareidoliaException(ForeignFile.Refusal(file));
        bool Has(string prefix) => file.Has($"{prefix}ln_final.weight") || file.Has($"{prefix}token_embedding.weight");
        if (Has("conditioner.embedders.1.model."))
            return Sdxl;
        if (Has("conditioner.embedders.0.model."))
            return file.Has(Pooled) ? SdxlRefiner : Sd2Newer;
        if (Has("cond_stage_model.model."))
            return Sd2;
        return file.Names.Any(name => name.StartsWith(Sd1.Parts[^1].Prefix, StringComparison.Ordinal)) ? Sd1 : ByUNet(file);
    }

    // A file without text encoder.
    private static CheckpointFamily ByUNet(StoredWeights file)
    {
        const string key = "model.diffusion_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight";
        long width = file.Has(key) ? file.Entry(key).Shape[^1] : 0;
        if (file.Has(Pooled))
            return width == 1280 ? SdxlRefiner : Sdxl;
        return width == 1024 ? Sd2 : Sd1;
    }

    private static CheckpointFamily Of(string title, params CheckpointPart[] encoders) =>
        new(title, [CheckpointPart.UNet, CheckpointPart.Autoencoder, .. encoders]);
}
