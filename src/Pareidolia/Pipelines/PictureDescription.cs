using System.Globalization;
using Pareidolia.Imaging;
using Pareidolia.Tensors;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>How pictures of a model were made, in the web UI's words.</summary>
/// <param name="parts">The model.</param>
/// <param name="defaults">What its author recommends.</param>
/// <param name="plans">Its samplers.</param>
/// <param name="arithmetic">How products are asked to be rounded.</param>
internal sealed class PictureDescription(ModelParts parts, GenerateSettings defaults, SamplingPlans plans, RunArithmetic arithmetic)
{
    /// <summary>The description of a picture. The order of its fields is the order in which they are written.</summary>
    public Infotext Of(PictureRequest picture, GenerateSettings settings)
    {
        Infotext infotext = new() { Prompt = picture.Prompt, NegativePrompt = picture.Negative };
        AddSampling(infotext.Fields, settings);
        infotext.Fields["Seed"] = Written(picture.Seed);
        infotext.Fields["Size"] = $"{settings.Width}x{settings.Height}";
        infotext.Fields["Model"] = parts.Name;
        if (parts.Decoder.VaeName is string vae)
            infotext.Fields["VAE"] = vae;
        picture.DescribeNoise(settings.Noise, infotext.Fields);
        AddReading(infotext.Fields, settings);
        AddWays(infotext.Fields, settings);
        AddArithmetic(infotext.Fields);
        infotext.Fields["Version"] = $"pareidolia {typeof(PictureDescription).Assembly.GetName().Version?.ToString(3)}";
        return infotext;
    }

    private void AddSampling(IDictionary<string, string> fields, GenerateSettings settings)
    {
        fields["Steps"] = Written(settings.Steps);
        fields["Sampler"] = plans.LabelOf(settings);
        if (settings.Sampler?.ScheduleLabel is string schedule)
            fields["Schedule type"] = schedule;
        fields["CFG scale"] = Written(settings.Guidance);
    }

    private void AddReading(IDictionary<string, string> fields, GenerateSettings settings)
    {
        if (settings.Dialect != defaults.Dialect)
            fields["Prompt dialect"] = PromptDialects.Names.First(name => name.Value == settings.Dialect).Key;
        if (settings.ClipSkip > 1)
            fields["Clip skip"] = Written(settings.ClipSkip);
        if (settings.Eta is double eta)
            fields["Eta"] = Written(eta);
        if (settings.GuidanceRescale > 0)
            fields["CFG Rescale phi"] = Written(settings.GuidanceRescale);
    }

    private void AddWays(IDictionary<string, string> fields, GenerateSettings settings)
    {
        settings.Source?.Describe(fields);
        settings.Hires?.Describe(fields);
        settings.Refiner?.Describe(fields);
        foreach ((int i, ControlGuide guide) in settings.Controls.Index())
            fields[$"ControlNet {i}"] = guide.Described(parts.ControlNames[i]);
        settings.Tiling.Describe(fields);
        if (parts.ImageGuidanceOf(settings) is double guidance)
            fields["Image CFG scale"] = Written(guidance);
        foreach ((int i, PromptRegion region) in settings.Regions.Index())
            fields[$"Region {i + 1}"] = region.Described();
        settings.GuidanceRules.Describe(fields);
    }

    private void AddArithmetic(IDictionary<string, string> fields)
    {
        if (parts.UNet.Weights.Holding is { Precision: not WeightPrecision.F32 } holding)
            fields["Weight precision"] = holding.PrecisionName;
        if (arithmetic.Int8)
            fields["Product precision"] = "int8";
        else if (arithmetic.Bf16 && ReducedPrecision.IsSupported)
            fields["Product precision"] = "bf16";
    }

    private static string Written(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
