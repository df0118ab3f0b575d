namespace Pareidolia.Diffusion.Randomness;

/// <summary>The programs whose habits a run can follow: how schedules end, how pure noise is scaled, where noise comes from.</summary>
public enum SamplingTool
{
    /// <summary>Hugging Face diffusers; our own models too.</summary>
    Diffusers,

    /// <summary>AUTOMATIC1111's Stable Diffusion web UI.</summary>
    WebUi,

    /// <summary>ComfyUI.</summary>
    ComfyUi,
}

/// <summary>Which program's random numbers a seed stands for.</summary>
public enum NoiseMode
{
    /// <summary>diffusers with a CPU generator for each picture: mt19937 from seed + i, steps draw on from it.</summary>
    Diffusers,

    /// <summary>The web UI with "Random number generator source" CPU: mt19937 for each picture.</summary>
    WebUiCpu,

    /// <summary>The web UI on a graphics card, or with source NV: Philox for each picture.</summary>
    WebUiGpu,

    /// <summary>ComfyUI on a CPU: one mt19937 stream for the batch, steps draw from another one of seed + 1.</summary>
    ComfyUi,

    /// <summary>ComfyUI on a graphics card: the same start, steps draw Philox numbers of the seed.</summary>
    ComfyUiGpu,
}

/// <summary>Names of noise modes and what they stand for.</summary>
public static class NoiseModes
{
    private static readonly (NoiseMode Mode, string Name)[] Known =
    [
        (NoiseMode.Diffusers, "diffusers"), (NoiseMode.WebUiCpu, "a1111-cpu"), (NoiseMode.WebUiGpu, "a1111-gpu"),
        (NoiseMode.ComfyUi, "comfyui"), (NoiseMode.ComfyUiGpu, "comfyui-gpu"),
    ];

    /// <summary>All names, as the command line takes them.</summary>
    public static IEnumerable<string> Names => Known.Select(entry => entry.Name);

    /// <summary>The mode of a name.</summary>
    /// <exception cref="PareidoliaException">There is none; the message lists all.</exception>
    public static NoiseMode Parse(string name)
    {
        foreach ((NoiseMode mode, string known) in Known)
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
                return mode;
        throw new PareidoliaException($"The noise mode \"{name}\" is not known; there are {string.Join(", ", Names)}.");
    }

    /// <summary>The mode's name.</summary>
    public static string Name(this NoiseMode mode) => Array.Find(Known, entry => entry.Mode == mode).Name;

    /// <summary>The program that the mode belongs to.</summary>
    public static SamplingTool Tool(this NoiseMode mode) => mode switch
    {
        NoiseMode.Diffusers => SamplingTool.Diffusers,
        NoiseMode.WebUiCpu or NoiseMode.WebUiGpu => SamplingTool.WebUi,
        _ => SamplingTool.ComfyUi,
    };

    /// <summary>
    /// What the web UI calls the source in a picture's settings ("RNG"): CPU for mt19937, NV for Philox, which is what its GPU draws.
    /// </summary>
    public static string WebUiSource(this NoiseMode mode) => mode == NoiseMode.WebUiGpu ? "NV" : "CPU";
}
