using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Http;

namespace Pareidolia.Server.Comfy;

/// <summary><c>/userdata</c> and <c>/settings</c> of ComfyUI: what its front end keeps for who works with it.</summary>
internal static class UserDataApi
{
    // Where ComfyUI keeps them too.
    private const string SettingsFile = "comfy.settings.json";

    private static readonly Lock s_settings = new();

    /// <summary>Adds the routes.</summary>
    public static void MapUserData(this IEndpointRouteBuilder parent)
    {
        RouteGroupBuilder routes = parent.MapGroup("");
        _ = routes.AddEndpointFilter(Gone);
        _ = routes.MapGet("/userdata", (HttpContext context, UserFiles files) => List(context, files)).WithSummary("Files of the front end.");
        _ = routes.MapGet("/userdata/{file}", (string file, HttpContext context, UserFiles files) => Results.File(
            File.ReadAllBytes(Existing(context, files, file)), file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? "application/json" : "application/octet-stream")).WithSummary("A file of the front end.");
        _ = routes.MapPost("/userdata/{file}", Write).WithSummary("Keep a file for the front end.");
        _ = routes.MapDelete("/userdata/{file}", (string file, HttpContext context, UserFiles files) =>
        {
            File.Delete(Existing(context, files, file));
            return Results.NoContent();
        }).WithSummary("Delete a file of the front end.");
        _ = routes.MapPost("/userdata/{file}/move/{target}", Move).WithSummary("Give a file of the front end another name.");
        _ = routes.MapGet("/settings", (HttpContext context, UserFiles files) => PromptApi.Json(Settings(context, files))).WithSummary("Settings of the front end.");
        _ = routes.MapGet("/settings/{id}", (string id, HttpContext context, UserFiles files) =>
            Results.Text(Settings(context, files)[id]?.ToJsonString() ?? "null", "application/json")).WithSummary("A setting of the front end.");
        _ = routes.MapPost("/settings", async (HttpContext context, UserFiles files) =>
            Keep(context, files, await ComfyBody.Read(context).ConfigureAwait(false))).WithSummary("Change settings of the front end.");
        _ = routes.MapPost("/settings/{id}", async (string id, HttpContext context, UserFiles files) => Keep(
            context, files, new JsonObject { [id] = JsonNode.Parse((await JsonBody.ReadAny(context).ConfigureAwait(false)).GetRawText()) })).WithSummary("Change a setting of the front end.");
    }

    // Another request may delete a file between two looks at it.
    private static async ValueTask<object?> Gone(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Refusal.Missing("There is no such file any more.");
        }
    }

    private static IResult List(HttpContext context, UserFiles files)
    {
        string? wanted = Asked.Text(context.Request, "dir");
        string folder = wanted is null ? files.FolderOf(context) : files.PathOf(context, wanted.Trim('/'));
        if (!Directory.Exists(folder))
            return wanted is null ? PromptApi.Json(new JsonArray()) : throw Refusal.Missing("There is no such folder.");
        SearchOption depth = IsTrue(context, "recurse") ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        IEnumerable<string> found = Directory.EnumerateFiles(folder, "*", depth).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal);
        return PromptApi.Json(new JsonArray([.. found.Select(file => IsTrue(context, "split") && !IsTrue(context, "full_info")
            ? new JsonArray([.. Relative(file, folder).Split('/').Prepend(Relative(file, folder)).Select(part => (JsonNode)part)])
            : Described(context, file, folder))]));
    }

    private static async Task<IResult> Write(string file, HttpContext context, UserFiles files)
    {
        RequireFree(context, files.PathOf(context, file));
        using MemoryStream content = new();
        await context.Request.Body.CopyToAsync(content, context.RequestAborted).ConfigureAwait(false);
        return PromptApi.Json(Described(context, files.Write(context, file, content.ToArray()), files.FolderOf(context)));
    }

    private static IResult Move(string file, string target, HttpContext context, UserFiles files)
    {
        (string from, string to) = (Existing(context, files, file), files.PathOf(context, target));
        RequireFree(context, to);
        UserFiles.Move(from, to, target);
        return PromptApi.Json(Described(context, to, files.FolderOf(context)));
    }

    private static string Existing(HttpContext context, UserFiles files, string name) =>
        files.PathOf(context, name) is string path && File.Exists(path) ? path : throw Refusal.Missing("There is no such file.");

    private static void RequireFree(HttpContext context, string path)
    {
        if (Asked.Text(context.Request, "overwrite") == "false" && File.Exists(path))
            throw new Refusal(StatusCodes.Status409Conflict, "There is a file of that name, and overwrite is false.");
    }

    private static JsonObject Settings(HttpContext context, UserFiles files)
    {
        string path = files.PathOf(context, SettingsFile);
        if (!File.Exists(path))
            return [];
        try
        {
            JsonElement settings = JsonElement.Parse(File.ReadAllText(path));
            return settings.ValueKind == JsonValueKind.Object ? ComfyBody.Of(settings) : [];
        }
        catch (Exception error) when (error is JsonException or Refusal)
        {
            // A front end may write the file as one of its own.
            return [];
        }
    }

    private static IResult Keep(HttpContext context, UserFiles files, JsonObject changed)
    {
        lock (s_settings)
        {
            JsonObject settings = Settings(context, files);
            foreach ((string id, JsonNode? value) in changed)
                settings[id] = value?.DeepClone();
            _ = files.Write(context, SettingsFile, Encoding.UTF8.GetBytes(settings.ToJsonString()));
        }
        return Results.Ok();
    }

    private static JsonNode Described(HttpContext context, string file, string folder) => !IsTrue(context, "full_info") ? Relative(file, folder) : new JsonObject
    {
        ["path"] = Relative(file, folder),
        ["size"] = new FileInfo(file).Length,
        ["modified"] = new DateTimeOffset(File.GetLastWriteTimeUtc(file)).ToUnixTimeMilliseconds(),
        ["created"] = new DateTimeOffset(File.GetCreationTimeUtc(file)).ToUnixTimeMilliseconds(),
    };

    private static string Relative(string file, string folder) => Path.GetRelativePath(folder, file).Replace('\\', '/');

    private static bool IsTrue(HttpContext context, string name) => Asked.Text(context.Request, name)?.ToLowerInvariant() is "true" or "1";
}
