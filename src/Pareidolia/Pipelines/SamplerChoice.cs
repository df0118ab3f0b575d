using Pareidolia.Diffusion;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>A sampler and how its steps are spaced.</summary>
/// <param name="Sampler">The sampler.</param>
/// <param name="Schedule">One of <see cref="SamplerCatalog.Schedules"/>; null takes the sampler's own.</param>
public sealed record SamplerChoice(NamedSampler Sampler, string? Schedule = null)
{
    // The names in pictures' settings of diffusers' own classes that the catalogue does not have under the same name.
    private static readonly Dictionary<string, string> LabelOfClass = new(StringComparer.Ordinal)
    {
        ["DDIMScheduler"] = "DDIM", ["DDPMScheduler"] = "DDPM", ["PNDMScheduler"] = "PLMS", ["EulerDiscreteScheduler"] = "Euler",
        ["EulerAncestralDiscreteScheduler"] = "Euler a", ["HeunDiscreteScheduler"] = "Heun", ["LMSDiscreteScheduler"] = "LMS",
        ["KDPM2DiscreteScheduler"] = "DPM2", ["KDPM2AncestralDiscreteScheduler"] = "DPM2 a", ["DPMSolverMultistepScheduler"] = "DPM++ 2M",
        ["DEISMultistepScheduler"] = "DEIS", ["UniPCMultistepScheduler"] = "UniPC", ["LCMScheduler"] = "LCM", ["TCDScheduler"] = "TCD",
    };

    /// <summary>The spacing as pictures' settings name it; null where it is the sampler's own.</summary>
    public string? ScheduleLabel => Schedule switch
    {
        null => null,
        _ when Schedule == Sampler.Schedule => null,
        "sgm_uniform" => "SGM Uniform",
        "kl_optimal" => "KL Optimal",
        "align_your_steps" => "Align Your Steps",
        "ddim_uniform" => "DDIM",
        _ => char.ToUpperInvariant(Schedule[0]) + Schedule[1..].Replace('_', ' '),
    };

    /// <summary>
    /// Finds a sampler by any of its names, with or without a spacing behind it: <c>euler-a</c>, <c>Euler a</c>, <c>dpmpp_2m_karras</c>,
    /// <c>DPM++ 2M Karras</c>.
    /// </summary>
    /// <exception cref="PareidoliaException">There is none; the message lists all.</exception>
    public static SamplerChoice Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string words = name.Trim().Replace(' ', '_').Replace('-', '_');
        foreach (string schedule in SamplerCatalog.Schedules)
            if (words.EndsWith("_" + schedule, StringComparison.OrdinalIgnoreCase))
                return new SamplerChoice(SamplerCatalog.Find(words[..^(schedule.Length + 1)]), schedule);
        return new SamplerChoice(SamplerCatalog.Find(name));
    }

    /// <summary>A model's own sampler by the name that pictures' settings give it.</summary>
    internal static string LabelOf(JsonConfig scheduler)
    {
        string className = scheduler.Text("_class_name") ?? "";
        return LabelOfClass.GetValueOrDefault(className, className);
    }
}
