using System.Text.Json;
using Pareidolia.Pipelines;
using Pareidolia.Server.Models;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Generate;

/// <summary>Makes an order whole: what the client left open is decided, and what cannot be drawn is refused before it waits in the queue.</summary>
internal sealed class OrderCompletion(ModelShelf shelf, ControlShelf controls, OrderReading reading, PictureStore pictures, StudioOptions options)
{
    private const double UsualVariation = 0.3;
    private const double UsualSwitch = 0.8;
    private const int UsualFrames = 8;

    /// <summary>The order, complete.</summary>
    /// <exception cref="Refusal">It cannot be drawn; the sentence says why.</exception>
    public PictureOrder Complete(PictureOrder order)
    {
        if (order.VariationOf is string id)
            order = Varied(order, pictures.Get(id));
        ShelfModel model = shelf.Find(order.Model);
        ModelSettings settings = shelf.SettingsOf(model);
        GenerateSettings defaults = settings.Defaults;
        int steps = order.Steps ?? defaults.Steps;
        PictureOrder whole = order with
        {
            Kind = null,
            Priority = null,
            Prompt = order.Prompt ?? "",
            NegativePrompt = order.NegativePrompt ?? defaults.Negative,
            Model = model.Name,
            Sampler = order.Sampler ?? defaults.Sampler?.Sampler.Name,
            Schedule = order.Schedule ?? (order.Sampler is null ? defaults.Sampler?.Schedule : null),
            Steps = steps,
            GuidanceScale = order.GuidanceScale ?? defaults.Guidance,
            Width = order.Width ?? defaults.Width,
            Height = order.Height ?? defaults.Height,
            Seed = order.Seed ?? Chance(),
            VariationSeed = order.VariationStrength > 0 ? order.VariationSeed ?? Chance() : order.VariationSeed,
            Count = order.Count ?? 1,
            Refiner = order.Refiner is RefinerOrder refiner ? Refiner(refiner) : null,
            Controls = controls.Complete(order.Controls),
            PreviewEvery = order.PreviewEvery ?? Math.Max(1, steps / UsualFrames),
        };
        Check(whole, settings);
        return whole;
    }

    /// <summary>The same of JSON, as jobs hold it.</summary>
    public JsonElement Complete(JsonElement settings) => Complete(PictureOrder.Read(settings)).Write();

    // Every cell is checked before the first is drawn.
    private void Check(PictureOrder order, ModelSettings model)
    {
        if (order.PreviewEvery is < 0 or > 1000)
            throw Refusal.Bad($"previewEvery is {order.PreviewEvery}; a whole number from 0, for none, to 1000 is needed.", "previewEvery");
        if ($"{order.Prompt}{order.NegativePrompt}{order.Hires?.Prompt}{order.Hires?.NegativePrompt}".Contains('\0', StringComparison.Ordinal))
            throw Refusal.Bad("The prompt holds the character 0, which no picture's settings can.", "prompt");
        OrderAxes axes = new(order, options.MostPictures);
        RequireFewPictures((long)axes.Cells * order.Count!.Value);
        HashSet<string> fitting = [];
        foreach (PictureOrder cell in axes.Orders())
        {
            ModelSettings own = cell.Model == order.Model ? model : shelf.SettingsOf(shelf.Find(cell.Model));
            GenerateSettings settings = reading.Read(cell, own);
            _ = shelf.AdaptersOf(cell);
            _ = ModelShelf.Open(shelf.Find(cell.Model), cell.Precision);
            settings.Validate(own.Factor);
            // Files are opened once for each model, not for each of many cells.
            if (fitting.Add(cell.Model!))
                shelf.RequireFit(cell);
            RequireFewPixels(settings);
        }
    }

    private RefinerOrder Refiner(RefinerOrder order) => order with
    {
        Model = shelf.Find(order.Model ?? throw Refusal.Bad("refiner has no 'model', the name of the one that takes over.", "refiner.model"), "refiner.model").Name,
        SwitchAt = order.SwitchAt ?? UsualSwitch,
    };

    private void RequireFewPictures(long pictures)
    {
        if (pictures > options.MostPictures)
            throw Refusal.Bad($"{pictures} pictures are asked for; at most {options.MostPictures} are drawn in one job.", "count");
    }

    private void RequireFewPixels(GenerateSettings settings)
    {
        (double width, double height) = settings.Hires switch
        {
            null => (settings.Width, settings.Height),
            { Size: (int wide, int high) } => (wide > 0 ? wide : (double)high * settings.Width / settings.Height, high > 0 ? high : (double)wide * settings.Height / settings.Width),
            HiresFix hires => (settings.Width * hires.Scale, settings.Height * hires.Scale),
        };
        if (width * height > options.MostPixels)
            throw new Refusal(413, $"{width:0}x{height:0} pixels are asked for; this server draws pictures of at most {options.MostPixels} pixels.");
    }

    private static PictureOrder Varied(PictureOrder order, Picture picture)
    {
        if (picture.Settings is not JsonElement settings || !PictureOrder.IsOne(settings))
            throw Refusal.Bad("The picture to vary does not say how it was made.", "variationOf");
        using JsonDocument own = JsonDocument.Parse(order.Write().GetRawText());
        Dictionary<string, JsonElement> joined = settings.EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
        foreach (JsonProperty field in own.RootElement.EnumerateObject())
            joined[field.Name] = field.Value;
        PictureOrder whole = PictureOrder.Read(JsonSerializer.SerializeToElement(joined, ServerJson.Default.DictionaryStringJsonElement));
        // A grid is varied as its one order: all of its cells anew would be no variation of them.
        return whole with { Xyz = order.Xyz, VariationOf = null, VariationStrength = whole.VariationStrength is > 0 ? whole.VariationStrength : UsualVariation, VariationSeed = order.VariationSeed };
    }

    private static ulong Chance() => (ulong)Random.Shared.NextInt64(1L << 32);
}
