using Pareidolia.Diffusion;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Inputs;

/// <summary>What a kind of node gives.</summary>
/// <param name="Type">ComfyUI's name of it.</param>
/// <param name="Name">Shown; null for the type.</param>
internal sealed record Output(string Type, string? Name = null)
{
    /// <summary>What is shown.</summary>
    public string Title => Name ?? Type;

    /// <summary>What it is, in a sentence.</summary>
    public string Tooltip => Port.Meaning(Type);
}

/// <summary>Inputs and outputs that many kinds of nodes have.</summary>
internal static class Port
{
    public const string ModelType = "MODEL", ClipType = "CLIP", VaeType = "VAE", ConditioningType = "CONDITIONING", LatentType = "LATENT",
        ImageType = "IMAGE", MaskType = "MASK", SamplerType = "SAMPLER", SigmasType = "SIGMAS", NoiseType = "NOISE", GuiderType = "GUIDER",
        ControlNetType = "CONTROL_NET", UpscaleModelType = "UPSCALE_MODEL";

    /// <summary>Longest side of anything, in pixels.</summary>
    public const int LongestSide = 16_384;

    private static readonly string[] s_schedules =
        ["simple", "sgm_uniform", "karras", "exponential", "ddim_uniform", "beta", "normal", "linear_quadratic", "kl_optimal"];

    private static readonly string[] s_samplers =
        [.. SamplerCatalog.Samplers.Where(sampler => sampler.InComfyUi && SamplerCatalog.StepsAlongSigmas(sampler)).Select(sampler => sampler.Name)];

    /// <summary>Where ComfyUI keeps a text encoder.</summary>
    public static ChoiceInput LoadingDevice { get; } = new("device", "default", "cpu") { Optional = true, Tooltip = "Has no effect here: all networks compute in one place." };

    /// <summary>What flows along links of a type.</summary>
    public static string Meaning(string type) => type switch
    {
        ModelType => "A network that takes noise away.",
        ClipType => "What reads prompts.",
        VaeType => "What makes pictures of latents, and latents of pictures.",
        ConditioningType => "What a picture is to show, as the network hears it.",
        LatentType => "Pictures in the network's own space.",
        ImageType => "Pictures.",
        MaskType => "How much of each pixel is chosen.",
        SamplerType => "How noise is taken away, step by step.",
        SigmasType => "How much noise there is at each step.",
        NoiseType => "Where noise comes from.",
        GuiderType => "A network and what guides it.",
        ControlNetType => "A network that guides another one by a picture.",
        UpscaleModelType => "A network that enlarges pictures.",
        _ => "",
    };

    public static Output Model { get; } = new(ModelType);

    public static Output Clip { get; } = new(ClipType);

    public static Output Vae { get; } = new(VaeType);

    public static Output Conditioning { get; } = new(ConditioningType);

    public static Output Latent { get; } = new(LatentType);

    public static Output Image { get; } = new(ImageType);

    public static Output Mask { get; } = new(MaskType);

    public static Output Sigmas { get; } = new(SigmasType);

    public static LinkInput<ModelValue> ModelIn(string name = "model") => new(name, ModelType);

    public static LinkInput<ClipValue> ClipIn(string name = "clip") => new(name, ClipType);

    public static LinkInput<VaeValue> VaeIn(string name = "vae") => new(name, VaeType);

    public static LinkInput<ConditioningValue> ConditioningIn(string name = "conditioning") => new(name, ConditioningType);

    public static LinkInput<LatentValue> LatentIn(string name = "samples") => new(name, LatentType);

    public static LinkInput<ImageValue> ImageIn(string name = "image") => new(name, ImageType);

    public static LinkInput<MaskValue> MaskIn(string name = "mask") => new(name, MaskType);

    public static LinkInput<SigmasValue> SigmasIn(string name = "sigmas") => new(name, SigmasType);

    public static LinkInput<SamplerValue> SamplerIn() => new("sampler", SamplerType);

    public static WholeInput Steps(int usual = 20, int most = 10_000) => new("steps", usual, 1, most) { Tooltip = "The number of steps of denoising." };

    public static NumberInput Cfg(string name = "cfg", double usual = 8) => new(name, usual, 0, 100, 0.1)
    {
        Tooltip = "How strongly the prompt is followed; 1 not beyond what the network says.",
    };

    public static NumberInput Denoise() => new("denoise", 1, 0, 1) { Tooltip = "How much of the picture is painted anew." };

    public static ChoiceInput SamplerName() => new("sampler_name", s_samplers);

    public static ChoiceInput Schedule() => new("scheduler", s_schedules);

    public static WholeInput Side(string name, int usual, int least = 1, int step = 1) => new(name, usual, least, LongestSide, step);
}
