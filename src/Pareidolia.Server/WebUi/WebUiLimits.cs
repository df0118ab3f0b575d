using System.Text.Json.Nodes;

namespace Pareidolia.Server.WebUi;

/// <summary>What of the web UI's requests this program does not do: nothing of it is passed over in silence.</summary>
internal static class WebUiLimits
{
    /// <summary>Fails where a request asks for it.</summary>
    /// <exception cref="Refusal">It does; the sentence names the field.</exception>
    public static void Check(WebUiRequest request)
    {
        Refuse(request.RestoreFaces == true, "restore_faces", "no network that restores faces is part of this program");
        Refuse(request.SChurn is not (null or 0), "s_churn", "samplers run without it");
        Refuse(request.STmin is not (null or 0), "s_tmin", "samplers run without churn");
        Refuse(request.STmax is not (null or 0), "s_tmax", "samplers run without churn");
        Refuse(request.SNoise is not (null or 1), "s_noise", "samplers run with 1");
        Refuse(request.FirstphaseWidth is > 0 || request.FirstphaseHeight is > 0, "firstphase_width", "give the first pass's size as width and height, and hr_resize_x and hr_resize_y");
        Refuse(!string.IsNullOrEmpty(request.FirstpassImage), "firstpass_image", "the first pass draws its picture; img2img starts from one");
        Refuse(request.HrCheckpointName is not (null or "" or "Use same checkpoint"), "hr_checkpoint_name", "both passes use one model");
        Refuse(request.InitialNoiseMultiplier is not (null or 1), "initial_noise_multiplier", "it is 1");
        Refuse(!string.IsNullOrEmpty(request.LatentMask), "latent_mask", "mask is read");
        Refuse(request.MaskBlur is null && request.MaskBlurX != request.MaskBlurY && !string.IsNullOrEmpty(request.Mask), "mask_blur_y", "a mask is softened as much down as across");
        Refuse(request.DisableExtraNetworks == true && request.Prompt?.Contains("<lora:", StringComparison.Ordinal) == true, "disable_extra_networks", "leave the networks out of the prompt");
        // A script with no arguments is asked for nothing: clients name theirs with each request.
        foreach ((string name, _) in (request.AlwaysonScripts ?? []).Where(script => !script.Key.Equals(WebUiControls.Script, StringComparison.OrdinalIgnoreCase)
            && (script.Value as JsonObject)?["args"] is not JsonArray { Count: 0 }))
            throw new Refusal(422, $"always on script {Refusal.Short(name)} not found") { Field = "alwayson_scripts" };
    }

    private static void Refuse(bool asked, string name, string why)
    {
        if (asked)
            throw WebUiErrors.Unsupported(name, why);
    }
}
