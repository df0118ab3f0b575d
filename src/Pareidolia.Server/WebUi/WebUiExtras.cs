using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Upscale;
using Pareidolia.Server.Uploads;

namespace Pareidolia.Server.WebUi;

/// <summary>The web UI's "extras": pictures become larger.</summary>
internal static class WebUiExtras
{
    private const int MostPictures = 100;

    /// <summary><c>extra-single-image</c>.</summary>
    public static async Task<IResult> One(HttpContext context)
    {
        UpscaleRequest request = await JsonBody.Read(context, WebUiJson.Default.UpscaleRequest).ConfigureAwait(false);
        Check(request);
        string image = await Enlarged(context, request, request.Image, "image").ConfigureAwait(false);
        return WebUiApi.Json(new JsonObject { ["html_info"] = "", ["image"] = image });
    }

    /// <summary><c>extra-batch-images</c>.</summary>
    public static async Task<IResult> Several(HttpContext context)
    {
        UpscaleRequest request = await JsonBody.Read(context, WebUiJson.Default.UpscaleRequest).ConfigureAwait(false);
        Check(request);
        if (request.ImageList is null or [] or { Count: > MostPictures })
            throw new Refusal(422, $"imageList has {request.ImageList?.Count ?? 0} pictures; 1 to {MostPictures} are enlarged in one request.") { Field = "imageList" };
        JsonArray images = [];
        foreach (NamedFile file in request.ImageList)
            images.Add(await Enlarged(context, request, file?.Data, "imageList").ConfigureAwait(false));
        return WebUiApi.Json(new JsonObject { ["html_info"] = "", ["images"] = images });
    }

    private static void Check(UpscaleRequest request)
    {
        if (request.GfpganVisibility is > 0 || request.CodeformerVisibility is > 0)
            throw WebUiErrors.Unsupported(request.GfpganVisibility is > 0 ? "gfpgan_visibility" : "codeformer_visibility", "no network that restores faces is part of this program");
        if (request.SecondVisibility is > 0 && request.SecondUpscaler is not (null or "None"))
            throw WebUiErrors.Unsupported("upscaler_2", "one upscaler enlarges a picture");
        if (request.ResizeMode is not (0 or 1))
            throw new Refusal(422, $"resize_mode is {request.ResizeMode}; 0 (a factor) or 1 (a size) is needed.") { Field = "resize_mode" };
    }

    private static async Task<string> Enlarged(HttpContext context, UpscaleRequest request, string? image, string field)
    {
        if (string.IsNullOrEmpty(image))
            throw new Refusal(422, $"{field} is missing.") { Field = field };
        Upload upload = context.RequestServices.GetRequiredService<UploadStore>().Add(Base64Picture.Bytes(image, field));
        bool sized = request.ResizeMode == 1;
        // "None" leaves a picture as it is, whatever size is asked for.
        bool none = request.FirstUpscaler is null or "None";
        UpscaleOrder order = new(upload.Id, none ? "Lanczos" : request.FirstUpscaler, none ? 1 : sized ? null : request.UpscalingResize,
            sized && !none ? request.UpscalingResizeW : null, sized && !none ? request.UpscalingResizeH : null, request.UpscalingCrop);
        JobView job = await context.RequestServices.GetRequiredService<JobWait>().Done(UpscaleJobs.Kind,
            JsonSerializer.SerializeToElement(order, ServerJson.Default.UpscaleOrder), new Ticket(context.User.Identity?.Name), context.RequestAborted).ConfigureAwait(false);
        string id = job.Pictures is [PictureView picture, ..] ? picture.Id : throw new Refusal(422, "The job was cancelled.");
        return Convert.ToBase64String(await File.ReadAllBytesAsync(context.RequestServices.GetRequiredService<PictureStore>().FileOf(id), context.RequestAborted).ConfigureAwait(false));
    }
}
