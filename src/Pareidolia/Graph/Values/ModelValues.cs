using Pareidolia.Adapters;
using Pareidolia.Diffusion;
using Pareidolia.Models;

namespace Pareidolia.Graph.Values;

/// <summary>What of a model a file is read for.</summary>
internal enum ModelPart
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>The diffusion model alone.</summary>
    UNet,

    /// <summary>The text encoders alone.</summary>
    Text,
}

/// <summary>Which weights: a checkpoint and the LoRAs that change it. Two that are equal share one copy in memory.</summary>
/// <param name="Checkpoint">The folder or file.</param>
/// <param name="Loras">In the order in which they were added.</param>
internal sealed record ModelChoice(string Checkpoint, IReadOnlyList<LoraChoice> Loras)
{
    /// <summary>What it is read for.</summary>
    public ModelPart Part { get; init; }

    /// <summary>The file of another text encoder beside the first; null for none.</summary>
    public string? Beside { get; init; }

    /// <summary>What lies below the LoRAs where that is no checkpoint alone: two models, mixed.</summary>
    public ModelMix? Mix { get; init; }

    /// <summary>The checkpoint's own files.</summary>
    public IReadOnlyList<string> Own => Beside is null ? [Checkpoint] : [Checkpoint, Beside];

    /// <summary>All files that it is made of.</summary>
    public IEnumerable<string> Files => [.. Own, .. Loras.Select(lora => lora.Path), .. Mix?.First.Files ?? [], .. Mix?.Second.Files ?? []];

    /// <summary>What tells it from others.</summary>
    public string Key => string.Join('\n', Loras.Select(lora => $"{lora.Path}|{lora.UNetWeight:R}|{lora.TextWeight:R}").Prepend(Mix?.Key ?? OwnKey));

    /// <summary>What tells its text encoder from others: LoRAs that leave it alone do not count.</summary>
    public string TextKey => string.Join(
        '\n', Loras.Where(lora => lora.TextWeight != 0).Select(lora => $"{lora.Path}|{lora.TextWeight:R}").Prepend(Mix?.TextKey ?? OwnKey));

    // The same file may be read as a whole model and for a part.
    private string OwnKey => Part == ModelPart.Whole ? Checkpoint : $"{Part} {string.Join('|', Own)}";

    /// <summary>The same mixed with another one.</summary>
    /// <param name="other">The other.</param>
    /// <param name="unet">This one's share of the diffusion model.</param>
    /// <param name="text">This one's share of the text encoders.</param>
    public ModelChoice With(ModelChoice other, double unet, double text) => this with { Loras = [], Mix = new ModelMix(this, other, unet, text) };

    /// <summary>The same with one more LoRA.</summary>
    public ModelChoice With(LoraChoice lora) => this with { Loras = [.. Loras, lora] };
}

/// <summary>Two models whose weights are mixed.</summary>
/// <param name="First">One, which also gives the autoencoder and the configs.</param>
/// <param name="Second">The other.</param>
/// <param name="UNet">The first one's share of the diffusion model.</param>
/// <param name="Text">The first one's share of the text encoders.</param>
internal sealed record ModelMix(ModelChoice First, ModelChoice Second, double UNet, double Text)
{
    /// <summary>What tells it from others, in one line.</summary>
    public string Key => $"mix {UNet:R} {Text:R} ({First.Key}) ({Second.Key})".Replace('\n', '|');

    /// <summary>What tells its text encoder from others: that of the first where nothing is mixed in.</summary>
    public string TextKey => Text == 1 ? First.TextKey : $"mix {Text:R} ({First.TextKey}) ({Second.TextKey})".Replace('\n', '|');
}

/// <summary>Steering away from what a network says of a picture that is blurred where it looks most (SelfAttentionGuidance).</summary>
/// <param name="Scale">How strongly.</param>
/// <param name="Sigma">The blur's deviation, in pixels of the latents.</param>
internal readonly record struct BlurSteering(double Scale, double Sigma);

/// <summary>How a model is asked: what nodes between loader and sampler changed about it.</summary>
internal sealed record ModelPatches
{
    /// <summary>RescaleCFG's multiplier; 0 for none.</summary>
    public double Rescale { get; init; }

    /// <summary>PerturbedAttentionGuidance's scale; 0 for none.</summary>
    public double Perturbed { get; init; }

    /// <summary>SelfAttentionGuidance's steering; null for none.</summary>
    public BlurSteering? Blur { get; init; }

    /// <summary>What of the scheduler's config is different, as JSON; null for nothing.</summary>
    public string? Scheduler { get; init; }

    /// <summary>How strongly a mask's shades say in which step a pixel begins to change (DifferentialDiffusion); null for not at all.</summary>
    public double? Differential { get; init; }

    /// <summary>How the network's way up weighs its inputs (FreeU); null for as they are.</summary>
    public SkipBalance? Balance { get; init; }

    /// <summary>An empty text, beside which the negative one acts only where it does not contradict the positive (PerpNeg); null for none.</summary>
    public ConditioningValue? Empty { get; init; }

    /// <summary>How strongly the negative one acts then.</summary>
    public double NegativeScale { get; init; } = 1;
}

/// <summary>MODEL: a denoising network.</summary>
internal sealed record ModelValue(ModelChoice Choice, ModelPatches Patches) : GraphValue
{
    /// <inheritdoc/>
    public override GraphValue Owned() => Patches.Empty is null ? this : this with { Patches = Patches with { Empty = (ConditioningValue)Patches.Empty.Owned() } };

    /// <inheritdoc/>
    protected override void Release() => Patches.Empty?.Dispose();
}

/// <summary>CLIP: what reads prompts.</summary>
/// <param name="Choice">Of which checkpoint.</param>
/// <param name="Layer">The layer that is read, counted from the end; null for the model's usual one.</param>
internal sealed record ClipValue(ModelChoice Choice, int? Layer = null) : GraphValue;

/// <summary>VAE: an autoencoder, that of a checkpoint or one from a file of its own.</summary>
internal sealed record VaeValue(string Path, bool OfCheckpoint) : GraphValue;

/// <summary>CONTROL_NET: a file that is loaded for the model that it guides.</summary>
internal sealed record ControlNetValue(string Path) : GraphValue;

/// <summary>UPSCALE_MODEL: a network that enlarges pictures.</summary>
internal sealed record UpscaleModelValue(string Path) : GraphValue;

/// <summary>SAMPLER.</summary>
internal sealed record SamplerValue(NamedSampler Sampler) : GraphValue;

/// <summary>SIGMAS: noise over picture at each step, falling.</summary>
internal sealed record SigmasValue(IReadOnlyList<double> Levels) : GraphValue;

/// <summary>NOISE: a seed; null for no noise.</summary>
internal sealed record NoiseValue(ulong? Seed) : GraphValue;
