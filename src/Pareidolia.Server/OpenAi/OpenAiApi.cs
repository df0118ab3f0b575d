using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Safety;

namespace Pareidolia.Server.OpenAi;

/// <summary>The images API of OpenAI, <c>/v1/images</c>: generations with and without a stream, edits, variations; and the list of models.</summary>
internal static class OpenAiApi
{
    /// <summary>Errors as OpenAI's clients read them.</summary>
    public static ErrorForm Form { get; } = new((context, refusal) => ErrorForm.Json(context, refusal.Status, "application/json", Error(refusal).ToJsonString()));

    /// <summary>Adds the routes.</summary>
    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/v1").WithTags("OpenAI").WithMetadata(Form);
        _ = group.MapPost("/images/generations", Generate);
        _ = group.MapPost("/images/edits", (HttpContext context, OpenAiOrders orders) => FromForm(context, form => orders.Edit(form), OpenAiStream.Edit)).DisableAntiforgery();
        _ = group.MapPost("/images/variations", (HttpContext context, OpenAiOrders orders) => FromForm(context, form => orders.Variation(form), OpenAiStream.Edit)).DisableAntiforgery();
        _ = group.MapGet("/models", (ModelShelf shelf) => WebUi.WebUiApi.Json(new JsonObject
        {
            ["object"] = "list", ["data"] = new JsonArray([.. shelf.Models.Select(model => (JsonNode)Model(model.Name))]),
        }));
        _ = group.MapGet("/models/{id}", (string id, ModelShelf shelf) => WebUi.WebUiApi.Json(Model((shelf.TryFind(id) ?? throw Refusal.Missing($"There is no model '{id}'.")).Name)));
    }

    /// <summary>An error's body.</summary>
    public static JsonObject Error(Refusal refusal) => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = refusal.Message,
            ["type"] = refusal.Status switch { 401 or 403 => "authentication_error", 429 => "rate_limit_error", >= 500 => "server_error", _ => "invalid_request_error" },
            ["param"] = refusal.Field, ["code"] = refusal.Code,
        },
    };

    private static JsonObject Model(string name) => new() { ["id"] = name, ["object"] = "model", ["created"] = 0, ["owned_by"] = "pareidolia" };

    private static async Task<IResult> Generate(HttpContext context, OpenAiOrders orders)
    {
        OpenAiRequest request = OpenAiRequest.Read(await JsonBody.Read(context).ConfigureAwait(false));
        return await Draw(context, request, orders.Generation(request), OpenAiStream.Generation).ConfigureAwait(false);
    }

    private static async Task<IResult> FromForm(HttpContext context, Func<IFormCollection, (OpenAiRequest, PictureOrder)> read, string stream)
    {
        Refusal noForm = new(StatusCodes.Status415UnsupportedMediaType, "The body has to be multipart/form-data.");
        (OpenAiRequest request, PictureOrder order) = read(await FormBody.Read(context, noForm).ConfigureAwait(false));
        return await Draw(context, request, order, stream).ConfigureAwait(false);
    }

    private static async Task<IResult> Draw(HttpContext context, OpenAiRequest request, PictureOrder order, string stream)
    {
        IServiceProvider parts = context.RequestServices;
        JobQueue queue = parts.GetRequiredService<JobQueue>();
        using JobEvents.Watcher watcher = parts.GetRequiredService<JobEvents>().Watch();
        Job job = queue.Submit(GenerateJobs.Kind, order.Write(), new Ticket(context.User.Identity?.Name));
        parts.GetRequiredService<AuditLog>().Write(context, "job generate", job.Id);
        OpenAiReply reply = new(request, context.Request, parts.GetRequiredService<Pictures.PictureStore>());
        if (request.Stream == true)
        {
            await new OpenAiStream(queue, watcher, reply, stream).Run(context.Response, job).ConfigureAwait(false);
            return Results.Empty;
        }
        job = await parts.GetRequiredService<JobWait>().Over(job.Id, context.RequestAborted).ConfigureAwait(false);
        if (job.State != JobState.Done)
            throw new Refusal(StatusCodes.Status422UnprocessableEntity, job.Error ?? "The job was cancelled.");
        return WebUi.WebUiApi.Json(reply.Of(queue.View(job)));
    }
}
