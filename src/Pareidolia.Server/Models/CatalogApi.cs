using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Pipelines;
using Pareidolia.Server.Generate;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Server.Models;

/// <summary>What there is to choose from: models, samplers, schedules, styles, LoRAs, upscalers.</summary>
internal static class CatalogApi
{
    /// <summary>Adds the routes.</summary>
    public static void MapCatalogs(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/v1").WithTags("Catalogs");
        _ = group.MapGet("/models", (ModelShelf shelf) => Results.Json([.. shelf.Models.Select(model => Of(shelf, model))], ServerJson.Default.ModelViewArray))
            .Produces<ModelView[]>().WithSummary("The models, with what their authors recommend; the first is the one that is used where none is named.");
        _ = group.MapGet("/samplers", () => Results.Json([.. SamplerCatalog.Samplers.Select(Of)], ServerJson.Default.SamplerViewArray))
            .Produces<SamplerView[]>().WithSummary("The samplers.");
        _ = group.MapGet("/schedules", () => Results.Json(
                [.. SamplerCatalog.Schedules.Select(known => new ScheduleView(known.Name, known.Label, known.Description))], ServerJson.Default.ScheduleViewArray))
            .Produces<ScheduleView[]>().WithSummary("How samplers may space their steps.");
        _ = group.MapGet("/styles", (ModelShelf shelf, HttpContext context) => Results.Json(
                [.. shelf.SettingsOf(shelf.Find(Http.Asked.Text(context.Request, "model"))).Styles], ServerJson.Default.StringArray))
            .Produces<string[]>().WithSummary("The styles of a model.");
        _ = group.MapGet("/loras", (LoraShelf loras) => Results.Json([.. loras.Files.Keys], ServerJson.Default.StringArray))
            .Produces<string[]>().WithSummary("The LoRAs.");
        _ = group.MapGet("/controlnets", (ControlShelf controls) => Results.Json([.. controls.Files.Keys], ServerJson.Default.StringArray))
            .Produces<string[]>().WithSummary("The ControlNets.");
        _ = group.MapGet("/upscalers", (UpscalerShelf upscalers) => Results.Json(
                new UpscalersView([.. upscalers.Names], [.. HiresFix.Upscalers, .. upscalers.Networks.Keys]), ServerJson.Default.UpscalersView))
            .Produces<UpscalersView>().WithSummary("What enlarges pictures, and what enlarges between two passes.");
        _ = group.MapGet("/choices", () => Results.Json(Choices(), ServerJson.Default.ChoicesView)).Produces<ChoicesView>()
            .WithSummary("The words that some settings take.");
    }

    private static ModelView Of(ModelShelf shelf, ShelfModel model)
    {
        ModelSettings settings = shelf.SettingsOf(model);
        GenerateSettings defaults = settings.Defaults;
        return new ModelView(model.Name, shelf.Held.Contains(model.Name), settings.Factor, defaults.Width, defaults.Height, defaults.Steps,
            defaults.Guidance, defaults.Sampler?.Sampler.Name, defaults.Sampler?.Schedule, defaults.Negative,
            PromptDialects.Names.First(name => name.Value == defaults.Dialect).Key, [.. settings.Styles]);
    }

    private static SamplerView Of(NamedSampler known) =>
        new(known.Name, known.Label, known.Schedule, [.. known.Aliases], known.AddsNoise, known.Evaluations, known.InWebUi, known.InComfyUi);

    private static ChoicesView Choices() => new(
        [.. NoiseModes.Names], [.. PromptDialects.Names.Keys], [.. WeightHolding.AllNames], ["none", "x", "y", "both"], ["stretch", "crop", "fill"],
        ["original", "fill", "noise", "nothing"], [.. OrderAxes.Names]);
}

/// <summary>A model.</summary>
internal sealed record ModelView(
    string Name, bool Loaded, int Factor, int Width, int Height, int Steps, double GuidanceScale, string? Sampler, string? Schedule, string NegativePrompt,
    string Dialect, IReadOnlyList<string> Styles);

/// <summary>A sampler.</summary>
internal sealed record SamplerView(
    string Name, string Label, string Schedule, IReadOnlyList<string> Aliases, bool AddsNoise, int Evaluations, bool InWebUi, bool InComfyUi);

/// <summary>A schedule.</summary>
internal sealed record ScheduleView(string Name, string Label, string Description);

/// <summary>Upscalers.</summary>
internal sealed record UpscalersView(IReadOnlyList<string> Pictures, IReadOnlyList<string> Hires);

/// <summary>Words of settings.</summary>
internal sealed record ChoicesView(
    IReadOnlyList<string> Noise, IReadOnlyList<string> Dialect, IReadOnlyList<string> Precision, IReadOnlyList<string> Tiling,
    IReadOnlyList<string> ResizeMode, IReadOnlyList<string> InpaintFill, IReadOnlyList<string> XyzAxes);
