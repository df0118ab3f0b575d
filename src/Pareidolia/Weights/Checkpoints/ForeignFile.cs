namespace Pareidolia.Weights.Checkpoints;

/// <summary>Files of weights that are no model of their own, or one that cannot run here: what they are, by their keys.</summary>
internal static class ForeignFile
{
    private const string UNetStart = "model.diffusion_model.input_blocks.0.0.weight";
    private const string Sd3 = "Stable Diffusion 3, which cannot run here";
    private const string Flux = "FLUX, which cannot run here";
    private const string Vae = "an autoencoder (VAE) alone, without the networks that read the prompt and draw";

    // In this order: a LoRA of a text encoder has a text encoder's names too. A key that begins with * may stand anywhere in a name.
    private static readonly (string Key, string What)[] s_signs =
    [
        ("*.lora_down.", "a LoRA, which changes a model and is none itself"),
        ("*.lora_A.", "a LoRA, which changes a model and is none itself"),
        ("*_lora.down.", "a LoRA, which changes a model and is none itself"),
        ("*.hada_w1_a", "a LoHa, which changes a model and is none itself"),
        ("*.lokr_w", "a LoKr, which changes a model and is none itself"),
        ("control_model.", "a ControlNet, which guides a model and is none itself"),
        ("controlnet_", "a ControlNet, which guides a model and is none itself"),
        ("ip_adapter.", "an IP-Adapter, which guides a model and is none itself"),
        ("adapter.body.", "a T2I-Adapter, which guides a model and is none itself"),
        ("emb_params", "a textual inversion, which adds a word to a model and is none itself"),
        ("string_to_param.", "a textual inversion, which adds a word to a model and is none itself"),
        ("*joint_blocks.0.context_block.", Sd3),
        ("*double_blocks.0.img_attn.", Flux),
        ("edm_mean", "Playground 2.5, whose noise schedule (EDM) cannot run here"),
        ("model.diffusion_model.label_emb.weight", "the Stable Diffusion x4 upscaler, which enlarges pictures and draws none from a prompt"),
        ("embedder.model.visual.", "Stable Diffusion 2 unCLIP, which cannot run here"),
        ("model.diffusion_model.clip_text_mapper", "Stable Cascade, which cannot run here"),
        ("first_stage_model.", Vae),
        ("decoder.conv_in.", Vae),
        ("taesd_decoder.", "a tiny autoencoder (TAESD)"),
        ("decoder.layers.", "a tiny autoencoder (TAESD)"),
        ("down_blocks.", "a UNet alone, in the layout of diffusers: give the folder of its whole model"),
        ("input_blocks.", "a UNet alone, without autoencoder and text encoder"),
        ("encoder.block.", "a T5 text encoder alone"),
        ("text_model.", "a CLIP text encoder alone"),
        ("transformer.resblocks.", "a CLIP text encoder alone"),
        ("cond_stage_model.", "a text encoder alone"),
        ("conditioner.", "text encoders alone"),
        ("body.0.", "an upscaler of the ESRGAN family, which enlarges pictures and draws none from a prompt"),
        ("conv_first.", "an upscaler of the ESRGAN family, which enlarges pictures and draws none from a prompt"),
        ("model.1.sub.", "an upscaler of the ESRGAN family, which enlarges pictures and draws none from a prompt"),
    ];

    // Signs behind which a whole model may stand all the same, as its networks' names begin so too.
    private static readonly string[] s_innocent = ["first_stage_model.", "cond_stage_model.", "conditioner."];

    /// <summary>What a file is, if it is known and not a whole model; null for a model or what is not known.</summary>
    public static string? Describe(StoredWeights file)
    {
        bool hasUNet = file.Has(UNetStart);
        foreach ((string key, string what) in s_signs)
            if (!(hasUNet && s_innocent.Contains(key)) && file.Names.Any(name => Fits(name, key)))
                return what;
        return null;
    }

    /// <summary>Whether a file is a whole model.</summary>
    public static bool IsModel(StoredWeights file) => file.Has(UNetStart) && Describe(file) is null;

    /// <summary>The sentence that refuses a file as a model.</summary>
    public static string Refusal(StoredWeights file)
    {
        string needed = "a checkpoint of Stable Diffusion 1, 2 or XL, or a model folder, is needed.";
        return Describe(file) is string what
            ? $"'{file.Location}' is {what}; {needed}"
            : $"'{file.Location}' is of no family that is known here: it holds {file.Names.Count} tensors"
                + (file.Names.Count > 0 ? $", the first is {SafetensorsHeader.Shown(file.Names.First())}; " : "; ") + needed;
    }

    private static bool Fits(string name, string key) =>
        key[0] == '*' ? name.Contains(key[1..], StringComparison.Ordinal) : name.StartsWith(key, StringComparison.Ordinal);
}
