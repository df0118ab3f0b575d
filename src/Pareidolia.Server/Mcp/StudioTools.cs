using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Models;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Mcp;

/// <summary>What language models may call (https://modelcontextprotocol.io): they draw through the same queue as everyone.</summary>
[McpServerToolType]
internal sealed class StudioTools(JobWait wait, PictureStore store, ModelShelf shelf, IHttpContextAccessor context)
{
    private const int MostPictures = 4;

    [McpServerTool(Name = "generate_image", OpenWorld = false, Destructive = false)]
    [Description("Draws pictures of what a prompt says, and returns them with the settings that draw the same again.")]
    public async Task<IEnumerable<ContentBlock>> Generate(
        [Description("What to draw, for instance: a red apple.")] string prompt,
        [Description("What to stay away from.")] string? negativePrompt = null,
        [Description("The seed: the same gives the same picture. Left out, any.")] long? seed = null,
        [Description("Pixels in a row; left out, the model's own.")] int? width = null,
        [Description("Rows; left out, the model's own.")] int? height = null,
        [Description("Denoising steps; left out, the model's own.")] int? steps = null,
        [Description("How many pictures, 1 to 4.")] int count = 1,
        [Description("A model, one of list_models; left out, the first.")] string? model = null,
        [Description("A style of the model, one of list_models; left out, the model's own.")] string? style = null,
        CancellationToken cancellation = default)
    {
        if (count is < 1 or > MostPictures)
            throw new McpException($"count is {count}; 1 to {MostPictures} are drawn at a time.");
        PictureOrder order = new()
        {
            Prompt = prompt, NegativePrompt = negativePrompt, Seed = seed >= 0 ? (ulong)seed : null, Width = width, Height = height, Steps = steps, Count = count,
            Model = model, Style = style, PreviewEvery = 0,
        };
        JobView job = await Drawn(order, cancellation).ConfigureAwait(false);
        return job.Pictures.SelectMany(picture => (ContentBlock[])
        [
            ImageContentBlock.FromBytes(File.ReadAllBytes(store.FileOf(picture.Id)), "image/png"),
            new TextContentBlock { Text = $"{picture.Url}\n{picture.Infotext}" },
        ]);
    }

    [McpServerTool(Name = "list_models", ReadOnly = true, OpenWorld = false)]
    [Description("The models that can draw, with their sizes and styles; the first is the one that draws where none is named.")]
    public string Models() => string.Join('\n', shelf.Models.Select(model =>
        $"{model.Name}: {shelf.SettingsOf(model).Defaults.Width}x{shelf.SettingsOf(model).Defaults.Height}, styles: {string.Join(", ", shelf.SettingsOf(model).Styles)}"));

    // What is wrong with an order is told to the model in our sentence.
    private async Task<JobView> Drawn(PictureOrder order, CancellationToken cancellation)
    {
        try
        {
            return await wait.Done(GenerateJobs.Kind, order.Write(), new Ticket(context.HttpContext?.User.Identity?.Name), cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is Refusal or PareidoliaException)
        {
            throw new McpException(error.Message);
        }
    }
}

/// <summary>The endpoint <c>/mcp</c>.</summary>
internal static class McpEndpoint
{
    /// <summary>Adds its parts.</summary>
    public static void AddMcp(this IServiceCollection services)
    {
        _ = services.AddHttpContextAccessor();
        _ = services.AddMcpServer(options => options.ServerInfo = new Implementation { Name = "pareidolia", Version = Version })
            .WithHttpTransport().WithTools<StudioTools>();
    }

    /// <summary>Adds the route.</summary>
    public static void MapStudioMcp(this IEndpointRouteBuilder routes) => _ = routes.MapMcp("/mcp");

    private static string Version => typeof(StudioTools).Assembly.GetName().Version?.ToString(3) ?? "0";
}
