using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pareidolia.Imaging;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Safety;
using Pareidolia.Server.Uploads;

namespace Pareidolia.Server.WebUi;

/// <summary>The HTTP API of the AUTOMATIC1111 web UI, version 1.10: <c>/sdapi/v1</c> and what its page asks besides.</summary>
internal static class WebUiApi
{
    // Routes that answer with their names: what they are for is not part of this program.
    private static readonly (string Route, string Why)[] s_missing =
    [
        ("skip", "one picture of a batch cannot be left out; interrupt ends the job"), ("interrogate", "no network that describes pictures is part of this program"),
        ("create/embedding", "words are not trained"), ("create/hypernetwork", "hypernetworks are not read"), ("train/embedding", "words are not trained"),
        ("train/hypernetwork", "hypernetworks are not read"),
    ];

    private static readonly PathString[] s_prefixes = ["/sdapi", "/internal", "/controlnet"];

    /// <summary>Says with each answer below the web UI's prefixes how long it took, whatever became of it.</summary>
    public static void UseWebUiClock(this WebApplication app) => app.Use((context, next) =>
    {
        if (s_prefixes.Any(prefix => context.Request.Path.StartsWithSegments(prefix)))
            Time(context.Response);
        return next(context);
    });

    /// <summary>Adds the routes.</summary>
    public static void MapWebUi(this IEndpointRouteBuilder routes, StudioOptions options)
    {
        RouteGroupBuilder group = routes.MapGroup("/sdapi/v1").WithTags("AUTOMATIC1111").WithMetadata(WebUiErrors.Form);
        _ = group.MapPost("/txt2img", Answering(context => Draw(context, fromPicture: false)));
        _ = group.MapPost("/img2img", Answering(context => Draw(context, fromPicture: true)));
        _ = group.MapPost("/extra-single-image", Answering(WebUiExtras.One));
        _ = group.MapPost("/extra-batch-images", Answering(WebUiExtras.Several));
        _ = group.MapPost("/png-info", Describe);
        _ = group.MapGet("/progress", (HttpContext context, WebUiProgress progress) => Json(progress.Now(Asked.Flag(context.Request, "skip_current_image") ?? false)));
        _ = group.MapPost("/interrupt", Interrupt);
        _ = group.MapGet("/options", (WebUiOptions set) => Json(set.All()));
        _ = group.MapPost("/options", Answering(SetOptions)).Needs(Role.Admin);
        MapLists(group);
        MapMemory(group);
        foreach ((string route, string why) in s_missing)
            _ = group.MapPost($"/{route}", IResult (HttpContext _) => throw WebUiErrors.NoRoute(route, why));
        if (options.ServerStop)
            foreach (string verb in (string[])["server-kill", "server-stop", "server-restart"])
                _ = group.MapPost($"/{verb}", (IHostApplicationLifetime life) => Stop(verb, life)).Needs(Role.Admin);
        RouteGroupBuilder page = routes.MapGroup("/internal").WithTags("AUTOMATIC1111").WithMetadata(WebUiErrors.Form);
        _ = page.MapPost("/progress", Progress);
        _ = page.MapGet("/pending-tasks", (WebUiProgress progress) => Json(progress.Pending()));
    }

    // A handler of a context alone would be taken for one that writes its answer itself, and what it returns be lost.
    private static Delegate Answering(Func<HttpContext, Task<IResult>> handler) => handler;

    /// <summary>JSON that is ready.</summary>
    public static IResult Json(JsonNode? node) => Results.Text(node?.ToJsonString() ?? "null", "application/json");

    private static void MapLists(RouteGroupBuilder group)
    {
        _ = group.MapGet("/samplers", () => Json(WebUiLists.Samplers()));
        _ = group.MapGet("/schedulers", () => Json(WebUiLists.Schedulers()));
        _ = group.MapGet("/sd-models", (WebUiLists lists) => Json(lists.Checkpoints()));
        _ = group.MapGet("/upscalers", (WebUiLists lists) => Json(lists.Upscalers()));
        _ = group.MapGet("/latent-upscale-modes", () => Json(WebUiLists.LatentModes()));
        _ = group.MapGet("/loras", (WebUiLists lists) => Json(lists.Loras()));
        _ = group.MapGet("/prompt-styles", (WebUiLists lists) => Json(lists.Styles()));
        _ = group.MapGet("/embeddings", (WebUiLists lists) => Json(lists.Embeddings()));
        foreach (string empty in (string[])["sd-vae", "hypernetworks", "face-restorers", "realesrgan-models", "extensions"])
            _ = group.MapGet($"/{empty}", () => Json(new JsonArray()));
        _ = group.MapGet("/scripts", () => Json(new JsonObject
        {
            ["txt2img"] = new JsonArray(WebUiScript.Name, WebUiControls.Script), ["img2img"] = new JsonArray(WebUiScript.Name, WebUiControls.Script),
        }));
        _ = group.MapGet("/script-info", () => Json(new JsonArray([.. ((bool[])[false, true]).SelectMany(ScriptInfo)])));
        _ = group.MapGet("/cmd-flags", (StudioOptions options) => Json(new JsonObject
        {
            ["api"] = true, ["listen"] = !System.Net.IPAddress.IsLoopback(options.Listen), ["port"] = options.Port, ["api_auth"] = options.Auth ? "set" : null,
            ["share"] = false, ["enable_insecure_extension_access"] = false, ["allow_code"] = false, ["api_server_stop"] = options.ServerStop, ["nowebui"] = false,
        }));
        // What lies in the folders is looked up each time that it is asked for.
        foreach (string refresh in (string[])["refresh-checkpoints", "refresh-vae", "refresh-embeddings", "refresh-loras"])
            _ = group.MapPost($"/{refresh}", () => Json(null));
    }

    private static void MapMemory(RouteGroupBuilder group)
    {
        _ = group.MapGet("/memory", () => Json(new JsonObject
        {
            ["ram"] = new JsonObject
            {
                ["free"] = Pareidolia.Pipelines.RunForecast.AvailableBytes, ["used"] = Environment.WorkingSet,
                ["total"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            },
            ["cuda"] = new JsonObject { ["error"] = "unavailable" },
        }));
        _ = group.MapPost("/unload-checkpoint", (HttpContext context, JobWait wait) => Model(context, wait, null)).Needs(Role.Admin);
        _ = group.MapPost("/reload-checkpoint", (HttpContext context, JobWait wait, ModelShelf shelf) => Model(context, wait, shelf.Find(null).Name)).Needs(Role.Admin);
    }

    private static void Time(HttpResponse response)
    {
        long begun = Stopwatch.GetTimestamp();
        response.OnStarting(() =>
        {
            response.Headers["X-Process-Time"] = Stopwatch.GetElapsedTime(begun).TotalSeconds.ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
    }

    private static async Task<IResult> Draw(HttpContext context, bool fromPicture)
    {
        IServiceProvider parts = context.RequestServices;
        WebUiOrders orders = parts.GetRequiredService<WebUiOrders>();
        WebUiRequest request = orders.Read(await JsonBody.Read(context).ConfigureAwait(false));
        // What is not restored afterwards changes the options of all.
        bool keeps = request is { OverrideSettingsRestoreAfterwards: false, OverrideSettings.Count: > 0 };
        if (keeps)
            Gate.Require(context, Role.Admin);
        PictureOrder order = orders.Order(request, fromPicture);
        Job job = parts.GetRequiredService<JobQueue>().Submit(GenerateJobs.Kind, order.Write(), new Ticket(context.User.Identity?.Name));
        parts.GetRequiredService<AuditLog>().Write(context, "job generate", job.Id);
        parts.GetRequiredService<WebUiProgress>().Name(request.ForceTaskId, job.Id);
        job = await parts.GetRequiredService<JobWait>().Over(job.Id, context.RequestAborted).ConfigureAwait(false);
        if (keeps)
            Keep(context, request.OverrideSettings!);
        if (job.State == JobState.Failed)
            throw new Refusal(StatusCodes.Status422UnprocessableEntity, job.Error ?? "The job failed.");
        JobView view = parts.GetRequiredService<JobQueue>().View(job);
        bool grids = parts.GetRequiredService<WebUiOptions>().With(request.OverrideSettings)[WebUiOptions.ReturnGrid]!.GetValue<bool>();
        return Json(parts.GetRequiredService<WebUiReply>().Of(request, order, view, grids));
    }

    private static async Task<IResult> Describe(HttpContext context, UploadStore uploads)
    {
        ImageRequest asked = await JsonBody.Read(context, WebUiJson.Default.ImageRequest).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(asked.Image))
            throw new Refusal(404, "Image not found") { Field = "image" };
        Image image = uploads.Read(Base64Picture.Bytes(asked.Image, "image"));
        string info = image.Texts.GetValueOrDefault(Infotext.Key) ?? "";
        JsonObject items = [], parameters = [];
        foreach ((string name, string text) in image.Texts)
            items[name] = text;
        foreach ((string name, string value) in info.Length > 0 ? Infotext.Parse(info).ToParameters() : [])
            parameters[name] = value;
        return Json(new JsonObject { ["info"] = info, ["items"] = items, ["parameters"] = parameters });
    }

    private static IResult Interrupt(HttpContext context, JobQueue queue)
    {
        if (queue.Running is RunningJob run)
        {
            Gate.RequireOwner(context, run.Job.Owner);
            _ = queue.Cancel(run.Job.Id);
        }
        return Json(new JsonObject());
    }

    private static async Task<IResult> SetOptions(HttpContext context)
    {
        Keep(context, JsonObject.Create(await JsonBody.Read(context).ConfigureAwait(false))!);
        return Json(null);
    }

    private static void Keep(HttpContext context, JsonObject changes)
    {
        context.RequestServices.GetRequiredService<WebUiOptions>().Set(changes);
        context.RequestServices.GetRequiredService<AuditLog>().Write(context, "options", changes.ToJsonString());
    }

    private static async Task<IResult> Progress(HttpContext context, WebUiProgress progress)
    {
        JsonElement body = await JsonBody.Read(context).ConfigureAwait(false);
        if (!body.TryGetProperty("id_task", out JsonElement task) || task.ValueKind != JsonValueKind.String)
            throw new Refusal(422, "id_task is missing.") { Field = "id_task" };
        bool preview = !body.TryGetProperty("live_preview", out JsonElement wanted) || wanted.ValueKind != JsonValueKind.False;
        return Json(progress.Of(task.GetString()!, preview));
    }

    private static async Task<IResult> Model(HttpContext context, JobWait wait, string? load)
    {
        _ = await wait.Done(ModelJobs.Kind, ModelJobs.Order(load), new Ticket(context.User.Identity?.Name, Priority: 1000), context.RequestAborted).ConfigureAwait(false);
        return Json(new JsonObject());
    }

    private static IResult Stop(string verb, IHostApplicationLifetime life)
    {
        if (verb == "server-restart")
            throw WebUiErrors.NoRoute(verb, "whatever started the server starts it again; server-stop ends it");
        life.StopApplication();
        return Results.Text("Stopping.");
    }

    private static IEnumerable<JsonNode> ScriptInfo(bool fromPicture) =>
    [
        ScriptInfo(WebUiScript.Name, false, fromPicture, [.. ((string[])["X", "Y", "Z"]).SelectMany(axis => (string[])[$"{axis} type", $"{axis} values", $"{axis} values"])
            .Select(label => (label, (JsonNode?)null)), .. WebUiScript.Options]),
        ScriptInfo(WebUiControls.Script, true, fromPicture, [.. Enumerable.Range(0, ControlShelf.Most).Select(i => ($"ControlNet Unit {i}", (JsonNode?)null))]),
    ];

    private static JsonObject ScriptInfo(string name, bool isAlwaysOn, bool fromPicture, (string Label, JsonNode? Usual)[] arguments) => new()
    {
        ["name"] = name, ["is_alwayson"] = isAlwaysOn, ["is_img2img"] = fromPicture,
        ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)new JsonObject
        {
            ["label"] = argument.Label, ["value"] = argument.Usual, ["minimum"] = null, ["maximum"] = null, ["step"] = null, ["choices"] = null,
        })]),
    };
}
