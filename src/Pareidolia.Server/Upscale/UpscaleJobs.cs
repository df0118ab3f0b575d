using System.Globalization;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Uploads;

namespace Pareidolia.Server.Upscale;

/// <summary>Jobs of kind <c>upscale</c>: <c>{"kind": "upscale", "picture": "...", "upscaler": "Lanczos", "scale": 2}</c>, of a picture or an upload.</summary>
internal sealed class UpscaleJobs(PictureSources sources, UpscalerShelf upscalers, PictureStore pictures, StudioOptions options)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "upscale";

    private const double MostScale = 16;
    private const int MostSide = 16_384;

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, _) => Run(job).ToAsyncEnumerable()) { Complete = Complete });

    private JsonElement Complete(JsonElement settings)
    {
        UpscaleOrder order = JsonBody.As(settings, ServerJson.Default.UpscaleOrder);
        Image picture = sources.Get(order.Picture ?? throw Refusal.Bad("The job has no 'picture'.", "picture"), "picture");
        string name = order.Upscaler ?? "Lanczos";
        if (!upscalers.Has(name))
            throw Refusal.Bad($"There is no upscaler '{Refusal.Short(name)}'; there are {string.Join(", ", upscalers.Names)}.", "upscaler");
        (int width, int height) = Size(picture, order);
        return JsonSerializer.SerializeToElement(new UpscaleOrder(order.Picture, name, null, width, height, order.Crop ?? false), ServerJson.Default.UpscaleOrder);
    }

    private (int Width, int Height) Size(Image picture, UpscaleOrder order)
    {
        double scale = order.Scale ?? 2;
        double width = order.Width ?? picture.Width * scale, height = order.Height ?? picture.Height * scale;
        if (order.Width is null && order.Height is null && !(scale > 0 && scale <= MostScale))
            throw Refusal.Bad(string.Create(CultureInfo.InvariantCulture, $"scale is {scale}; a number above 0 to {MostScale} is needed."), "scale");
        if (!(width >= 1 && height >= 1 && width <= MostSide && height <= MostSide && width * height <= options.MostPixels))
            throw new Refusal(413, $"{width:0}x{height:0} pixels are asked for; this server makes pictures of 1 to {options.MostPixels} pixels.");
        return ((int)width, (int)height);
    }

    private IEnumerable<JobStep> Run(Job job)
    {
        UpscaleOrder order = JsonBody.As(job.Settings, ServerJson.Default.UpscaleOrder);
        Image picture = sources.Get(order.Picture!, "picture");
        using PictureUpscaler upscaler = upscalers.LoadAny(order.Upscaler!)!;
        (int width, int height) = Covering(picture, order);
        Image large = upscaler.UpscaleTo(picture, width, height);
        if ((width, height) != (order.Width, order.Height))
            large = large.Crop((width - order.Width!.Value) / 2, (height - order.Height!.Value) / 2, order.Width.Value, order.Height.Value);
        yield return new StepTaken(1, 1);
        Infotext infotext = Infotext.Parse(picture.Texts.GetValueOrDefault(Infotext.Key) ?? "");
        infotext.Fields["Postprocess upscaler"] = order.Upscaler!;
        infotext.Fields["Postprocess upscale to"] = $"{order.Width}x{order.Height}";
        large.Texts[Infotext.Key] = infotext.Build();
        ulong? seed = ulong.TryParse(infotext.Fields.GetValueOrDefault("Seed"), out ulong number) ? number : null;
        yield return new PictureMade(pictures.Add(job.Id, 0, large, null, infotext.Prompt, seed));
    }

    // A picture that is cropped is first made so large that it covers the size.
    private static (int Width, int Height) Covering(Image picture, UpscaleOrder order)
    {
        (int width, int height) = (order.Width!.Value, order.Height!.Value);
        if (order.Crop != true)
            return (width, height);
        double scale = Math.Max((double)width / picture.Width, (double)height / picture.Height);
        return (Math.Max(width, (int)Math.Round(picture.Width * scale)), Math.Max(height, (int)Math.Round(picture.Height * scale)));
    }
}

/// <summary>What is enlarged.</summary>
/// <param name="Picture">A picture of the gallery or an upload.</param>
/// <param name="Upscaler">One of <c>GET /api/v1/upscalers</c>.</param>
/// <param name="Scale">Times as large, where no size is given.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Crop">Whether a picture of another shape is cut to the size, not stretched.</param>
internal sealed record UpscaleOrder(string? Picture, string? Upscaler, double? Scale, int? Width, int? Height, bool? Crop);
