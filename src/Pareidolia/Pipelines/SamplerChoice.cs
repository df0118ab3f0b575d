using Pareidolia.Diffusion;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>A sampler and how its steps are spaced.</summary>
/// <param name="Sampler">The sampler.</param>
/// <param name="Schedule">The name of one of <see cref="SamplerCatalog.Schedules"/>; null takes the sampler's own.</param>
public sealed record SamplerChoice(NamedSampler Sampler, string? Schedule = null)
{
    /// <summary>The spacing as pictures' settings name it; null where it is the sampler's own.</summary>
    public string? ScheduleLabel =>
        Schedule is null || Schedule == Sampler.Schedule ? null : SamplerCatalog.FindSchedule(Schedule).Label;

    /// <summary>
    /// Finds a sampler by any of its names, with or without a spacing behind it: <c>euler-a</c>, <c>Euler a</c>, <c>dpmpp_2m_karras</c>,
    /// <c>DPM++ 2M Karras</c>.
    /// </summary>
    /// <exception cref="PareidoliaException">There is none; the message lists all.</exception>
    public static SamplerChoice Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string words = name.Trim();
        // The longest ending that is a schedule behind a known sampler: "SGM Uniform" before "Uniform".
        for (int i = 1; i < words.Length - 1; i++)
            if (words[i] is ' ' or '_' or '-' && SamplerCatalog.TryFindSchedule(words[(i + 1)..]) is NamedSchedule schedule
                && SamplerCatalog.TryFind(words) is null && SamplerCatalog.TryFind(words[..i]) is NamedSampler sampler)
                return new SamplerChoice(sampler, schedule.Name);
        return new SamplerChoice(SamplerCatalog.Find(name));
    }

    /// <summary>A model's own sampler by the name that pictures' settings give it.</summary>
    internal static string LabelOf(JsonConfig scheduler)
    {
        string className = scheduler.Text("_class_name") ?? "";
        return SamplerCatalog.Samplers.FirstOrDefault(sampler => sampler.DiffusersClass == className)?.Label ?? className;
    }
}
