using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pareidolia.Graph;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Comfy;

/// <summary>ComfyUI's API: its routes, each also below <c>/api</c>, and its web socket.</summary>
internal static class ComfyRoutes
{
    /// <summary>Adds what the routes and the jobs need.</summary>
    public static IServiceCollection AddComfy(this IServiceCollection services) => services
        .AddSingleton(parts =>
        {
            GraphRunner runner = new(ComfyFolders.Of(parts.GetRequiredService<StudioOptions>(), parts.GetRequiredService<DataFolder>()));
            parts.GetRequiredService<ModelShelf>().ShareWith(runner);
            return runner;
        })
        .AddSingleton<ComfySockets>()
        .AddSingleton<PromptHistory>()
        .AddSingleton<UserFiles>();

    /// <summary>Adds the routes.</summary>
    public static void MapComfy(this WebApplication app)
    {
        _ = app.UseWebSockets();
        foreach (string prefix in (string[])["", "/api"])
        {
            RouteGroupBuilder routes = app.MapGroup(prefix).WithTags("ComfyUI").WithMetadata(ComfyErrors.Form);
            routes.MapPrompts();
            routes.MapComfyFiles();
            routes.MapComfyInfo();
            routes.MapUserData();
            _ = routes.MapGet("/ws", (HttpContext context, ComfySockets sockets) => sockets.Serve(context)).ExcludeFromDescription();
        }
        app.MapComfyJobs();
    }
}
