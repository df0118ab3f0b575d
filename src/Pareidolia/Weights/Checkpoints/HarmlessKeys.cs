namespace Pareidolia.Weights.Checkpoints;

/// <summary>Tensors that training leaves in a file and that no network needs.</summary>
internal static class HarmlessKeys
{
    private static readonly string[] s_starts =
    [
        // The noise schedule, which follows from two numbers, and switches that were read when the file was recognised.
        "betas", "alphas_cumprod", "sqrt_", "log_one_minus_alphas_cumprod", "posterior_", "lvlb_weights", "logvar", "scale_factor",
        "denoiser.", "v_pred", "ztsnr", "edm_vpred.",
        // Averages of the weights beside the weights, the autoencoder's judge, counters.
        "model_ema.", "first_stage_model.loss.", "first_stage_model.model_ema.", "first_stage_model.discriminator.", "global_step",
        // The picture's half of CLIP.
        "cond_stage_model.model.visual.", "conditioner.embedders.0.model.visual.", "conditioner.embedders.1.model.visual.",
        "cond_stage_model.model.text_projection", "conditioner.embedders.0.model.text_projection",
    ];

    private static readonly string[] s_ends = ["position_ids", "logit_scale", "attn_mask"];

    /// <summary>Whether nothing is lost without this tensor.</summary>
    public static bool Contains(string name) =>
        s_starts.Any(start => name.StartsWith(start, StringComparison.Ordinal)) || s_ends.Any(end => name.EndsWith(end, StringComparison.Ordinal));
}
