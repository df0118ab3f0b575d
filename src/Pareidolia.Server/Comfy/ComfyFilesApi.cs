using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Files;
using Pareidolia.Graph;
using Pareidolia.Imaging;
using Pareidolia.Server.Http;
using Pareidolia.Server.Safety;

namespace Pareidolia.Server.Comfy;

/// <summary><c>/view</c> and <c>/upload/*</c> of ComfyUI: pictures by name, never anything outside of the studio's folders.</summary>
internal static class ComfyFilesApi
{
    private const int LongestName = 200;

    /// <summary>Adds the routes.</summary>
    public static void MapComfyFiles(this IEndpointRouteBuilder routes)
    {
        _ = routes.MapGet("/view", (HttpContext context, GraphRunner runner) => View(context.Request, runner.Folders)).WithSummary("A picture that a graph wrote or reads.");
        _ = routes.MapPost("/upload/image", (HttpContext context, GraphRunner runner, StudioOptions options, AuditLog audit) => Upload(
            context, runner.Folders, options, audit, Same)).DisableAntiforgery().WithSummary("Bring a picture for graphs.");
        _ = routes.MapPost("/upload/mask", (HttpContext context, GraphRunner runner, StudioOptions options, AuditLog audit) => Upload(
            context, runner.Folders, options, audit, Masked)).DisableAntiforgery().WithSummary("Bring a mask; it becomes the transparency of a picture that is there.");
    }

    private static IResult View(HttpRequest request, GraphFolders folders)
    {
        string path = Find(request.Query["filename"].ToString(), request.Query["subfolder"].ToString(), Or(request.Query["type"].ToString(), "output"), folders);
        byte[] file = File.ReadAllBytes(path);
        string channel = request.Query["channel"].ToString(), preview = request.Query["preview"].ToString();
        if (!ImageFile.IsPicture(file))
            // What is no picture is no page either: browsers must not run it.
            return Results.File(file, "application/octet-stream", Path.GetFileName(path));
        if (channel is "rgb" or "a")
            return Results.Bytes(PngWriter.Encode(Channel(ImageFile.Read(file, Path.GetFileName(path)), channel)), "image/png");
        return preview.Length > 0 && Encoded(file, path, preview) is (byte[] small, string type) ? Results.Bytes(small, type)
            : Results.Bytes(file, TypeOf(file));
    }

    /// <summary>The file of a name in a folder of a type.</summary>
    /// <exception cref="Refusal">It leads out of the folder, or there is none.</exception>
    private static string Find(string name, string subfolder, string type, GraphFolders folders)
    {
        if (name.Length == 0 || name.StartsWith('/') || name.Contains("..", StringComparison.Ordinal))
            throw Refusal.Bad("The name of a picture is needed: filename, and subfolder and type where it is not in the output folder.", "filename");
        // ComfyUI's own mark of where a file lies.
        foreach (string marked in (string[])["input", "output", "temp"])
            if (name.EndsWith($" [{marked}]", StringComparison.Ordinal))
                (name, type) = (name[..^(marked.Length + 3)], marked);
        string root = folders.OfType(type) ?? throw Refusal.Bad($"The type is '{type}'; input, output or temp is needed.", "type");
        string path = GraphFolders.Inside(root, Path.Combine(subfolder, Path.GetFileName(name)))
            ?? throw new Refusal(403, "The subfolder leads out of the folder.") { Field = "subfolder" };
        return File.Exists(path) ? path : throw Refusal.Missing("There is no such picture.");
    }

    private static Image Channel(Image image, string channel)
    {
        if (channel == "rgb")
            return image.WithoutAlpha();
        Image alpha = new(image.Width, image.Height, 4);
        for (int i = 0; i < image.Width * image.Height; i++)
            alpha.Pixels[(4 * i) + 3] = image.Channels == 4 ? image.Pixels[(4 * i) + 3] : (byte)255;
        return alpha;
    }

    // preview=webp;90 asks for a smaller file; where it cannot be made, the picture itself is shown.
    private static (byte[] File, string Type)? Encoded(byte[] file, string path, string preview)
    {
        string[] parts = preview.Split(';');
        ImageFormat format = parts[0] == "jpeg" ? ImageFormat.Jpeg : ImageFormat.WebP;
        int quality = parts.Length > 1 && int.TryParse(parts[1], out int wanted) ? Math.Clamp(wanted, 1, 100) : ImageEncoding.UsualQuality;
        try
        {
            Image image = ImageFile.Read(file, Path.GetFileName(path));
            image.Texts.Clear();
            return (ImageFile.Encode(image, new ImageEncoding(format, quality)), format == ImageFormat.Jpeg ? "image/jpeg" : "image/webp");
        }
        catch (PareidoliaException)
        {
            return null;
        }
    }

    private static string TypeOf(byte[] file) => file switch
    {
        [0x89, 0x50, ..] => "image/png",
        [0xFF, 0xD8, ..] => "image/jpeg",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => "image/webp",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "image/avif",
        _ => "application/octet-stream",
    };

    // What becomes of a file and the picture in it.
    private delegate byte[] Finish(byte[] file, Image picture, IFormCollection form, GraphFolders folders);

    private static async Task<IResult> Upload(HttpContext context, GraphFolders folders, StudioOptions options, AuditLog audit, Finish finish)
    {
        IFormCollection form = await FormBody.Read(
            context, Refusal.Bad("A form with a picture named 'image' is needed (multipart/form-data).")).ConfigureAwait(false);
        IFormFile sent = form.Files.GetFile("image") ?? throw Refusal.Bad("The form has no file named 'image'.", "image");
        using MemoryStream bytes = new();
        await sent.CopyToAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        byte[] file = bytes.ToArray();
        if (!ImageFile.IsPicture(file))
            throw Refusal.Bad("What was sent is no picture: PNG, JPEG, WebP, AVIF or TIFF is needed.", "image");
        // Read once within bounds, so that no graph meets a broken one, or one that fills the memory.
        Image picture = ImageFile.Read(file, "image", new PngLimits(options.MostUploadPixels));
        string type = Or(form["type"].ToString(), "input"), subfolder = form["subfolder"].ToString();
        string root = folders.OfType(type) ?? throw Refusal.Bad($"The type is '{type}'; input, output or temp is needed.", "type");
        string path = GraphFolders.Inside(root, Path.Combine(subfolder, NameOf(sent.FileName))) ?? throw Refusal.Bad("The subfolder leads out of the folder.", "subfolder");
        path = Written(finish(file, picture, form, folders), path, form["overwrite"].ToString() is "true" or "1");
        audit.Write(context, "upload", Path.GetRelativePath(root, path));
        return PromptApi.Json(new JsonObject { ["name"] = Path.GetFileName(path), ["subfolder"] = subfolder, ["type"] = type });
    }

    private static string Written(byte[] file, string path, bool overwrites)
    {
        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string free = overwrites ? path : Free(file, path);
            AtomicFile.Write(free, stream => stream.Write(file));
            return free;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PareidoliaException)
        {
            // Not the error's own words: they say where the studio lies.
            throw Refusal.Bad($"The picture cannot be written as '{Refusal.Short(Path.GetFileName(path))}' into this subfolder: a part of its path is too long, or a file where a folder is needed, or the disk is full.", "subfolder");
        }
    }

    // The same picture under the same name is not kept twice; another one gets the next free name.
    private static string Free(byte[] file, string path)
    {
        string free = path;
        for (int i = 1; File.Exists(free) && !File.ReadAllBytes(free).AsSpan().SequenceEqual(file); i++)
            free = Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)} ({i}){Path.GetExtension(path)}");
        return free;
    }

    private static string NameOf(string sent)
    {
        string name = Path.GetFileName(sent.Replace('\\', '/'));
        return name.Length is > 0 and <= LongestName && !name.StartsWith('.') && !name.Any(char.IsControl) ? name
            : throw Refusal.Bad($"The file's name is '{(name.Length > 50 ? name[..50] + "..." : name)}'; a name of 1 to {LongestName} characters that does not begin with a point is needed.", "image");
    }

    private static byte[] Same(byte[] file, Image picture, IFormCollection form, GraphFolders folders) => file;

    // The original's colours, as transparent as the mask.
    private static byte[] Masked(byte[] file, Image mask, IFormCollection form, GraphFolders folders)
    {
        JsonObject reference = Reference(form["original_ref"].ToString());
        string Text(string key) => reference[key]?.GetValueKind() == JsonValueKind.String ? reference[key]!.GetValue<string>() : "";
        string path = Find(Text("filename"), Text("subfolder"), Or(Text("type"), "output"), folders);
        Image original = ImageFile.Read(File.ReadAllBytes(path), Path.GetFileName(path)).WithoutAlpha();
        if (mask.Channels != 4)
            throw Refusal.Bad("The mask has no transparency: a picture with an alpha channel is needed.", "image");
        mask = Resize.To(mask, original.Width, original.Height, Resampling.Bicubic);
        Image joined = new(original.Width, original.Height, 4);
        for (int i = 0; i < original.Width * original.Height; i++)
        {
            original.Pixels.AsSpan(3 * i, 3).CopyTo(joined.Pixels.AsSpan(4 * i, 3));
            joined.Pixels[(4 * i) + 3] = mask.Pixels[(4 * i) + 3];
        }
        return PngWriter.Encode(joined);
    }

    private static JsonObject Reference(string json)
    {
        try
        {
            JsonElement reference = JsonElement.Parse(json.Length == 0 ? "{}" : json);
            return reference.ValueKind == JsonValueKind.Object ? ComfyBody.Of(reference) : [];
        }
        catch (JsonException)
        {
            throw Refusal.Bad("'original_ref' is no JSON: {\"filename\": ..., \"subfolder\": ..., \"type\": ...} is needed.", "original_ref");
        }
    }

    private static string Or(string text, string usual) => text.Length == 0 ? usual : text;
}
