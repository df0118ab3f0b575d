using System.Text.Json.Nodes;

namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// How a single file's network was trained: the noise schedule, and whether it predicts the noise or the velocity. The scheduler is the one of
/// the family's published folder, so that defaults agree with diffusers.
/// </summary>
internal static class InferredScheduler
{
    /// <summary>The header's text that tells what a network predicts: v or epsilon (ModelSpec).</summary>
    public const string PredictionKey = "modelspec.prediction_type";

    /// <summary>The header's text that tells that the schedule was rescaled to end without signal.</summary>
    public const string ZeroTerminalKey = "pareidolia.zero_terminal_snr";

    // ComfyUI's measure: SD 2 models that predict the velocity have this bias spread wider.
    private const string TellingBias = "up_blocks.3.attentions.2.transformer_blocks.0.norm1.bias";
    private const double TellingSpread = 0.09;

    /// <summary>The scheduler's config.</summary>
    public static JsonObject Config(CheckpointFamily family, bool velocity, bool zeroTerminal)
    {
        JsonObject config = new()
        {
            ["_class_name"] = ClassName(family, velocity),
            ["beta_start"] = 0.00085,
            ["beta_end"] = 0.012,
            ["beta_schedule"] = "scaled_linear",
            ["num_train_timesteps"] = 1000,
            ["prediction_type"] = velocity ? "v_prediction" : "epsilon",
            ["clip_sample"] = false,
            ["set_alpha_to_one"] = false,
            ["skip_prk_steps"] = true,
            ["steps_offset"] = 1,
            ["timestep_spacing"] = "leading",
        };
        if (zeroTerminal)
            config["rescale_betas_zero_snr"] = true;
        return config;
    }

    /// <summary>
    /// Whether the network predicts the velocity: a key that says so, the header's word, the training code's <c>.yaml</c> beside the file, and
    /// for SD 2 with 4 input channels the spread of one bias.
    /// </summary>
    public static bool IsVelocity(StoredWeights file, CheckpointFamily family, StoredWeights unet)
    {
        if (file.Has("v_pred"))
            return true;
        if (file.Metadata.GetValueOrDefault(PredictionKey) is string said)
            return said.StartsWith('v');
        if (YamlSays(Path.ChangeExtension(file.Location, ".yaml")) is bool told)
            return told;
        bool mayBe = family.Title == CheckpointFamily.Sd2.Title && unet.Entry("conv_in.weight").Shape[1] == 4 && unet.Has(TellingBias);
        return mayBe && Spread(unet) > TellingSpread;
    }

    private static string ClassName(CheckpointFamily family, bool velocity) =>
        family.Parts.Any(part => part.Name == "text_encoder_2") ? "EulerDiscreteScheduler"
        : family.Title == CheckpointFamily.Sd2.Title && velocity ? "DDIMScheduler" : "PNDMScheduler";

    private static bool? YamlSays(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > 1 << 20)
            return null;
        string? line = File.ReadLines(path).FirstOrDefault(line => line.Contains("parameterization:", StringComparison.Ordinal));
        return line?.Split(':')[1].Trim(' ', '"', '\'') == "v" ? true : line is null ? null : false;
    }

    private static double Spread(StoredWeights unet)
    {
        using Tensors.Tensor bias = Tensors.Scope.Detach(TensorFiles.Read(unet, TellingBias));
        float[] values = bias.ToArray();
        double mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
