using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Imaging;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.WebUi;

/// <summary>What <c>txt2img</c> and <c>img2img</c> answer.</summary>
internal sealed class WebUiReply(PictureStore store, ModelShelf shelf)
{
    /// <summary>The whole answer.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="order">The same as this program reads it.</param>
    /// <param name="job">What became of it.</param>
    /// <param name="grids">Whether a grid stands before several pictures.</param>
    public JsonObject Of(WebUiRequest request, PictureOrder order, JobView job, bool grids)
    {
        List<Picture> pictures = [.. job.Pictures.Select(picture => store.Find(picture.Id)).OfType<Picture>()];
        bool isPlot = order.Xyz is not null && pictures.Count > 1;
        List<Picture> alone = isPlot ? [.. pictures.SkipLast(1)] : pictures;
        // As there, several pictures of one prompt stand behind a grid of them where pictures are to be saved.
        bool isGrid = !isPlot && grids && request is { SaveImages: true, DoNotSaveGrid: not true } && pictures.Count > 1;
        return new JsonObject
        {
            ["images"] = request.SendImages == false ? [] : Images(isPlot ? Plotted(request, pictures) : pictures, isGrid),
            ["parameters"] = JsonSerializer.SerializeToNode(request.IncludeInitImages == true ? request : request with { InitImages = null, Mask = null }, WebUiJson.Default.WebUiRequest),
            ["info"] = Info(request, job, alone, isGrid || isPlot ? 1 : 0).ToJsonString(),
        };
    }

    // The grid of a plot, which is drawn last, comes first, and alone unless its cells are asked for.
    private static IEnumerable<Picture> Plotted(WebUiRequest request, List<Picture> pictures) =>
        pictures.TakeLast(1).Concat(WebUiScript.IncludesCells(request.ScriptArgs) ? pictures.SkipLast(1) : []);

    private JsonArray Images(IEnumerable<Picture> pictures, bool isGrid)
    {
        List<byte[]> files = [.. pictures.Select(picture => File.ReadAllBytes(store.FileOf(picture.Id)))];
        if (isGrid)
            files.Insert(0, Grid(files));
        return [.. files.Select(file => JsonValue.Create(Convert.ToBase64String(file)))];
    }

    private JsonObject Info(WebUiRequest request, JobView job, List<Picture> pictures, int first)
    {
        PictureOrder order = PictureOrder.Read(job.Settings);
        Infotext infotext = Infotext.Parse(pictures.FirstOrDefault()?.Infotext ?? "");
        ShelfModel model = shelf.Find(order.Model);
        string? hash = shelf.HashOf(model);
        JsonArray Each(Func<Picture, JsonNode?> value) => [.. pictures.Select(value)];
        return new JsonObject
        {
            ["prompt"] = order.Prompt, ["all_prompts"] = Each(picture => picture.Prompt),
            ["negative_prompt"] = order.NegativePrompt, ["all_negative_prompts"] = Each(_ => order.NegativePrompt),
            ["seed"] = order.Seed, ["all_seeds"] = Each(picture => picture.Seed),
            ["subseed"] = order.VariationSeed ?? order.Seed, ["all_subseeds"] = Each(picture => Subseed(picture)),
            ["subseed_strength"] = order.VariationStrength ?? 0,
            ["width"] = order.Width, ["height"] = order.Height,
            ["sampler_name"] = infotext.Fields.GetValueOrDefault("Sampler") ?? request.SamplerName, ["cfg_scale"] = order.GuidanceScale, ["steps"] = order.Steps,
            ["batch_size"] = request.BatchSize, ["restore_faces"] = false, ["face_restoration_model"] = null,
            ["sd_model_name"] = model.Name, ["sd_model_hash"] = hash?[..10], ["sd_vae_name"] = null, ["sd_vae_hash"] = null,
            ["seed_resize_from_w"] = request.SeedResizeFromW, ["seed_resize_from_h"] = request.SeedResizeFromH,
            ["denoising_strength"] = order.Denoise ?? order.Hires?.Denoise,
            ["extra_generation_params"] = Extras(infotext), ["index_of_first_image"] = first,
            ["infotexts"] = new JsonArray([.. Enumerable.Range(0, first).Select(_ => pictures.FirstOrDefault()?.Infotext).Concat(pictures.Select(picture => picture.Infotext)).Select(text => JsonValue.Create(text))]),
            ["styles"] = new JsonArray([.. (request.Styles ?? []).Select(style => JsonValue.Create(style))]),
            ["job_timestamp"] = (job.StartedAt ?? job.CreatedAt).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture),
            ["clip_skip"] = order.ClipSkip ?? 1, ["is_using_inpainting_conditioning"] = false, ["version"] = infotext.Fields.GetValueOrDefault("Version"),
        };
    }

    private static JsonNode? Subseed(Picture picture) => picture.Settings is JsonElement settings ? PictureOrder.Read(settings).VariationSeed ?? picture.Seed : picture.Seed;

    // The fields that stand in the reply under no name of their own.
    private static JsonObject Extras(Infotext infotext)
    {
        string[] own = ["Steps", "Sampler", "Schedule type", "CFG scale", "Seed", "Size", "Model", "Model hash", "Denoising strength", "Clip skip", "Version", "Variation seed", "Variation seed strength"];
        JsonObject extras = [];
        foreach ((string name, string value) in infotext.Fields.Where(field => !own.Contains(field.Key)))
            extras[name] = value;
        return extras;
    }

    private static byte[] Grid(List<byte[]> files)
    {
        Image[] images = [.. files.Select(file => PngReader.Read(file, "a picture of the grid"))];
        Image grid = Mosaic.Grid(images);
        if (images[0].Texts.TryGetValue(Infotext.Key, out string? text))
            grid.Texts[Infotext.Key] = text;
        return PngWriter.Encode(grid);
    }
}
