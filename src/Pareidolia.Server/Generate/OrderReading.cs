using System.Globalization;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Models;
using Pareidolia.Server.Uploads;
using Pareidolia.Text.Prompts;

namespace Pareidolia.Server.Generate;

/// <summary>Reads an order as the settings that a pipeline takes.</summary>
internal sealed class OrderReading(PictureSources sources, UpscalerShelf upscalers)
{
    private const int MostMargin = 2048;

    private static readonly Dictionary<string, FitMode> s_fits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["stretch"] = FitMode.Stretch, ["crop"] = FitMode.Crop, ["fill"] = FitMode.Fill,
    };

    private static readonly Dictionary<string, MaskedContent> s_contents = new(StringComparer.OrdinalIgnoreCase)
    {
        ["original"] = MaskedContent.Original, ["fill"] = MaskedContent.Fill, ["noise"] = MaskedContent.Noise, ["nothing"] = MaskedContent.Nothing,
    };

    private static readonly Dictionary<string, Tiling> s_tilings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["none"] = Tiling.None, ["x"] = Tiling.X, ["y"] = Tiling.Y, ["both"] = Tiling.Both,
    };

    /// <summary>The settings.</summary>
    /// <param name="order">A complete order.</param>
    /// <param name="model">What its model recommends.</param>
    /// <param name="network">The network of a second pass; null for none.</param>
    /// <param name="refiner">The refiner, loaded; null for none.</param>
    /// <exception cref="Refusal">A picture that it names is not there, or a name is not known.</exception>
    /// <exception cref="PareidoliaException">A name is not known; the message lists all.</exception>
    public GenerateSettings Read(PictureOrder order, ModelSettings model, PictureUpscaler? network = null, StableDiffusionPipeline? refiner = null)
    {
        GenerateSettings defaults = model.Defaults;
        GenerateSettings settings = defaults with
        {
            Prompt = string.IsNullOrWhiteSpace(order.Prompt) ? order.Prompt ?? "" : model.Styled(order.Prompt, order.Style),
            PromptMayBeEmpty = order.Dialect == "a1111",
            Negative = order.NegativePrompt ?? defaults.Negative,
            Steps = order.Steps ?? defaults.Steps,
            Guidance = order.GuidanceScale ?? defaults.Guidance,
            GuidanceRescale = order.GuidanceRescale ?? defaults.GuidanceRescale,
            Seed = order.Seed ?? 0,
            Count = order.Count ?? 1,
            Sampler = Sampler(order.Sampler, order.Schedule, defaults.Sampler),
            Width = order.Width ?? defaults.Width,
            Height = order.Height ?? defaults.Height,
            Eta = order.Eta ?? defaults.Eta,
            GuidanceRules = order.Ngms is double sigma ? defaults.GuidanceRules with { MinimumSigma = sigma } : defaults.GuidanceRules,
            ImageGuidance = order.ImageGuidance,
            ClipSkip = order.ClipSkip ?? defaults.ClipSkip,
            Dialect = order.Dialect is string dialect ? PromptDialects.Parse(dialect) : defaults.Dialect,
            Tiling = Named("tiling", order.Tiling, s_tilings, Tiling.None),
            Noise = Noise(order, defaults.Noise),
            Hires = Hires(order.Hires, network),
            Refiner = refiner is null ? null : new RefinerHandOver(refiner, order.Refiner!.SwitchAt!.Value),
            Controls = [.. (order.Controls ?? []).Select(Guide)],
        };
        return Source(order, settings, model);
    }

    /// <summary>A size such as 512x768.</summary>
    /// <exception cref="Refusal">It is none.</exception>
    public static (int Width, int Height) Size(string name, string text)
    {
        string[] sides = text.Split('x', 'X');
        return sides.Length == 2 && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width)
            && int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out int height)
            ? (width, height) : throw Refusal.Bad($"{name} is '{text}'; a size such as 512x768 is needed.", name);
    }

    private static NoiseSettings Noise(PictureOrder order, NoiseSettings usual) => usual with
    {
        Mode = order.Noise is string noise ? NoiseModes.Parse(noise) : usual.Mode,
        VariationStrength = order.VariationStrength ?? usual.VariationStrength,
        VariationSeed = order.VariationSeed ?? 0,
        SeedDelta = order.SeedDelta ?? usual.SeedDelta,
        ResizeFrom = order.SeedResize is string text && Size("seedResize", text) is (int width, int height) ? (height, width) : usual.ResizeFrom,
    };

    private static SamplerChoice? Sampler(string? name, string? schedule, SamplerChoice? own)
    {
        SamplerChoice? choice = name is null ? own : SamplerChoice.Parse(name);
        if (schedule is null)
            return choice;
        return choice is null ? throw Refusal.Bad($"The schedule '{schedule}' needs a sampler: this model's own steps along timesteps of its own.", "schedule")
            : choice with { Schedule = SamplerCatalog.FindSchedule(schedule).Name };
    }

    private HiresFix? Hires(HiresOrder? order, PictureUpscaler? network)
    {
        if (order is null)
            return null;
        HiresFix standard = new();
        bool sized = order.Width is > 0 || order.Height is > 0;
        return standard with
        {
            Scale = order.Scale ?? standard.Scale,
            Size = sized ? (order.Width ?? 0, order.Height ?? 0) : null,
            Steps = order.Steps,
            Strength = order.Denoise ?? standard.Strength,
            Upscaler = upscalers.Find(order.Upscaler) is null ? order.Upscaler ?? standard.Upscaler : standard.Upscaler,
            Network = network,
            Prompt = order.Prompt,
            Negative = order.NegativePrompt,
            Sampler = order.Sampler is null && order.Schedule is null ? null : Sampler(order.Sampler, order.Schedule, null),
        };
    }

    private ControlGuide Guide(ControlOrder order, int i) =>
        new(sources.Get(order.Picture!, $"controls[{i}].picture"), order.Strength!.Value, order.Start!.Value, order.End!.Value)
        {
            Fit = Named($"controls[{i}].resizeMode", order.ResizeMode, s_fits, FitMode.Stretch),
        };

    private GenerateSettings Source(PictureOrder order, GenerateSettings settings, ModelSettings model)
    {
        if (order.InitPicture is null)
        {
            if ((order.Mask ?? order.Denoise ?? (object?)order.Outpaint) is not null)
                throw Refusal.Bad("mask, outpaint and denoise need initPicture, the picture to start from.", "initPicture");
            return settings;
        }
        Image picture = sources.Get(order.InitPicture, "initPicture");
        SourcePicture source = order.Outpaint is OutpaintOrder beyond
            ? Margins(beyond).For(picture, model.Factor).Around(picture)
            : new SourcePicture(picture) { Mask = order.Mask is string mask ? sources.Get(mask, "mask") : null };
        source = source with
        {
            Strength = order.Denoise ?? (order.Outpaint is null ? source.Strength : 1),
            Fit = Named("resizeMode", order.ResizeMode, s_fits, source.Fit),
            Masking = source.Mask is null ? source.Masking : Rules(order),
        };
        return order.Outpaint is null ? settings with { Source = source }
            : settings with { Source = source, Width = source.Picture.Width, Height = source.Picture.Height };
    }

    // Bounded before they are added to anything.
    private static OutpaintMargins Margins(OutpaintOrder order)
    {
        int[] sides = [order.Left ?? 0, order.Top ?? 0, order.Right ?? 0, order.Bottom ?? 0, order.Feather ?? 40];
        return sides.All(side => side is >= 0 and <= MostMargin) ? new OutpaintMargins(sides[0], sides[1], sides[2], sides[3], sides[4])
            : throw Refusal.Bad($"A margin of outpaint is {sides.First(side => side is < 0 or > MostMargin)}; 0 to {MostMargin} pixels are possible.", "outpaint");
    }

    private static MaskRules Rules(PictureOrder order)
    {
        MaskRules standard = new();
        return standard with
        {
            Blur = order.MaskBlur ?? standard.Blur,
            Content = Named("inpaintFill", order.InpaintFill, s_contents, order.Outpaint is null ? MaskedContent.Original : MaskedContent.Fill),
            Inverted = order.MaskInvert ?? false,
            OnlyMasked = order.OnlyMasked ?? false,
            Soft = order.SoftMask ?? false,
            Padding = order.OnlyMasked == true ? order.MaskPadding ?? standard.Padding : standard.Padding,
        };
    }

    private static T Named<T>(string field, string? name, Dictionary<string, T> known, T usual) => name is null ? usual
        : known.TryGetValue(name, out T? value) ? value
        : throw Refusal.Bad($"{field} is '{name}'; there are {string.Join(", ", known.Keys)}.", field);
}
