using Pareidolia.Models;
using Pareidolia.Text.Prompts;

namespace Pareidolia.Pipelines;

/// <summary>All that the networks of a run read: the model's own text, that of its second pass, and the refiner's.</summary>
/// <param name="text">The model's text encoders.</param>
/// <param name="unet">What its network asks for.</param>
/// <param name="factor">Pixels of a cell.</param>
internal sealed class RunConditioning(PromptEncoder text, UNet2DConditionConfig unet, int factor)
{
    /// <summary>Reads the prompts of a batch. The caller disposes what comes of it.</summary>
    public Conditioning Of(IReadOnlyList<PictureRequest> batch, GenerateSettings settings)
    {
        if (settings.Hires is not HiresFix hires)
            return text.Encode(batch, settings, unet, Refining(batch, settings));
        Conditioning second = Of(
            [.. batch.Select(picture => picture with { Prompt = hires.Prompt ?? picture.Prompt, Negative = hires.Negative ?? picture.Negative })],
            hires.Second(settings, factor));
        return text.Encode(batch, settings, unet, second: second);
    }

    // Networks that the prompt names joined the first model alone.
    private static Conditioning? Refining(IReadOnlyList<PictureRequest> batch, GenerateSettings settings)
    {
        if (settings.Refiner is not RefinerHandOver refiner)
            return null;
        bool names = settings.Dialect == PromptDialect.A1111;
        Conditioning read = refiner.Model.Encode(
            names ? [.. batch.Select(picture => picture with { Prompt = NetworkMentions.Take(picture.Prompt).Prompt })] : batch,
            settings with { Refiner = null, Hires = null });
        refiner.Model.Leave();
        return read;
    }
}
