using Microsoft.AspNetCore.Http;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Models;
using Pareidolia.Server.Uploads;

namespace Pareidolia.Server.OpenAi;

/// <summary>Requests of OpenAI's clients as orders.</summary>
internal sealed class OpenAiOrders(ModelShelf shelf, UploadStore uploads)
{
    // How much of the picture a variation paints over.
    private const double VariationStrength = 0.6;
    private const double QuickSteps = 0.5;
    private const double CarefulSteps = 1.5;
    private const double NaturalGuidance = 0.75;

    /// <summary>Pictures from a prompt.</summary>
    public PictureOrder Generation(OpenAiRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Prompt))
            throw new Refusal(StatusCodes.Status400BadRequest, "prompt: say what to draw.") { Field = "prompt", Code = "missing_required_parameter" };
        return Order(request);
    }

    /// <summary>A picture that is painted anew where its mask, or it itself, is transparent; where nothing is, all of it a little.</summary>
    public (OpenAiRequest, PictureOrder) Edit(IFormCollection form)
    {
        OpenAiRequest request = OpenAiRequest.Read(form);
        PictureOrder order = Generation(request);
        Image picture = Picture(form, "image"), mask = form.Files.GetFile("mask") is null ? picture : Picture(form, "mask");
        bool masked = mask.Channels == 4 && Transparent(mask) is not null;
        if (form.Files.GetFile("mask") is not null && !masked)
            throw Refusal.Bad("mask: nothing of it is transparent; what is transparent is painted anew.", "mask");
        return (request, Sized(order, request, picture) with
        {
            InitPicture = uploads.Add(PngWriter.Encode(picture.ToRgb())).Id,
            Mask = masked ? uploads.Add(PngWriter.Encode(Transparent(mask)!)).Id : null,
            Denoise = masked ? 1 : 0.75,
            InpaintFill = masked ? "fill" : null,
        });
    }

    /// <summary>Pictures like another one: drawn from it, by the prompt that it has inside, if any.</summary>
    public (OpenAiRequest, PictureOrder) Variation(IFormCollection form)
    {
        OpenAiRequest request = OpenAiRequest.Read(form);
        Image picture = Picture(form, "image");
        string? inside = picture.Texts.GetValueOrDefault(Infotext.Key) is string text ? Infotext.Parse(text).Prompt : null;
        PictureOrder order = Order(request) with { Prompt = request.Prompt ?? (string.IsNullOrWhiteSpace(inside) ? "a picture" : inside) };
        return (request, Sized(order, request, picture) with { InitPicture = uploads.Add(PngWriter.Encode(picture.ToRgb())).Id, Denoise = VariationStrength });
    }

    private PictureOrder Order(OpenAiRequest request)
    {
        ShelfModel model = Model(request.Model);
        GenerateSettings defaults = shelf.SettingsOf(model).Defaults;
        double effort = request.Quality switch { "low" => QuickSteps, "high" or "hd" => CarefulSteps, _ => 1 };
        (int Width, int Height)? size = request.Size is null or "auto" ? null : OrderReading.Size("size", request.Size);
        return new PictureOrder
        {
            Prompt = request.Prompt, Model = model.Name, Count = request.N ?? 1, Width = size?.Width, Height = size?.Height,
            Seed = request.Seed >= 0 ? (ulong)request.Seed : null, Steps = Math.Max(1, (int)(defaults.Steps * effort)),
            GuidanceScale = request.Style == "natural" ? defaults.Guidance * NaturalGuidance : null,
            PreviewEvery = request is { Stream: true, PartialImages: > 0 } ? Math.Max(1, (int)(defaults.Steps * effort) / (request.PartialImages.Value + 1)) : 0,
        };
    }

    // OpenAI's own names stand for the first model: its clients send them where nobody chose.
    private ShelfModel Model(string? name) =>
        name is null || name.StartsWith("gpt-image", StringComparison.OrdinalIgnoreCase) || name.StartsWith("dall-e", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("chatgpt-image", StringComparison.OrdinalIgnoreCase) ? shelf.Find(null)
        : shelf.TryFind(name) ?? throw new Refusal(StatusCodes.Status404NotFound, $"The model '{Refusal.Short(name)}' does not exist; there are "
            + $"{string.Join(", ", shelf.Models.Select(model => model.Name))}.")
        { Field = "model", Code = "model_not_found" };

    // Without a size, that of the picture, in what the model can draw.
    private PictureOrder Sized(PictureOrder order, OpenAiRequest request, Image picture)
    {
        if (order.Width is not null)
            return order;
        int factor = shelf.SettingsOf(Model(request.Model)).Factor;
        return order with { Width = Rounded(picture.Width, factor), Height = Rounded(picture.Height, factor), ResizeMode = "stretch" };
    }

    private static int Rounded(int side, int factor) => Math.Max(factor, (side + (factor / 2)) / factor * factor);

    private Image Picture(IFormCollection form, string name)
    {
        IFormFile[] files = [.. form.Files.Where(file => file.Name == name || file.Name == $"{name}[]")];
        if (files.Length != 1)
            throw Refusal.Bad(files.Length == 0 ? $"{name}: a picture's file is needed." : $"{name}: {files.Length} pictures were sent; one is drawn from at a time.", name);
        using Stream stream = files[0].OpenReadStream();
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return uploads.Read(bytes.ToArray());
    }

    // White where a picture is transparent; null where it is nowhere.
    private static Image? Transparent(Image picture)
    {
        Image mask = new(picture.Width, picture.Height, 1);
        for (int i = 0; i < mask.Pixels.Length; i++)
            mask.Pixels[i] = (byte)(255 - picture.Pixels[(4 * i) + 3]);
        return mask.Pixels.Any(value => value > 0) ? mask : null;
    }
}
