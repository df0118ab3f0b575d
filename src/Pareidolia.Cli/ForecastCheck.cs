using System.Globalization;
using Pareidolia.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Cli;

/// <summary>Says what a run will take before it loads anything, and refuses one that cannot fit.</summary>
internal static class ForecastCheck
{
    // Less needs no announcement.
    private const long MuchMemory = 1_000_000_000;
    private const int MostOffers = 3;
    private const int MostSide = 8192;

    /// <summary>Writes the forecast of a run that takes much.</summary>
    /// <exception cref="PareidoliaException">It takes more than there is; the message says what would fit.</exception>
    public static void Announce(ModelSource model, GenerateRequest request, int prompts, CommandIo io)
    {
        if (!model.Has("unet"))
            return;
        GenerateSettings settings = Settings(model, request);
        int pictures = prompts * Math.Max(1, request.Count);
        if (RunForecast.Of(model, settings, pictures) is not RunForecast forecast)
            return;
        if (pictures == 1 && ReadsOnce(request) && !model.Holding.Staged && forecast.Memory.WeightBytes >= MuchMemory)
        {
            model.Holding = model.Holding with { Staged = true };
            forecast = RunForecast.Of(model, settings, pictures)!;
        }
        RequireRoom(forecast, request.Memory.LimitBytes);
        if (forecast.Memory.ProcessBytes >= MuchMemory)
            io.Error.WriteLine($"forecast: {Shown.Bytes(forecast.Memory.ProcessBytes)} of memory, about {Written(forecast.TimeAt(MachineSpeed.Measure()))}");
    }

    // A run of one batch needs each stage's weights once: to hold them longer than that gains nothing.
    private static bool ReadsOnce(GenerateRequest request) =>
        !request.Xyz.IsAsked && request.Ways.Hires is { Scale: null, Size: null } && request.Ways.Refiner is null && request.Preview.Every is null;

    // What the forecast needs of them; the pipeline checks the rest.
    private static GenerateSettings Settings(ModelSource model, GenerateRequest request)
    {
        GenerateSettings defaults = ModelSettings.Of(model).Defaults;
        return defaults with
        {
            Steps = request.Steps ?? defaults.Steps,
            Guidance = request.Guidance ?? defaults.Guidance,
            Width = Math.Clamp(request.Size?.Width ?? defaults.Width, 1, MostSide),
            Height = Math.Clamp(request.Size?.Height ?? defaults.Height, 1, MostSide),
            Hires = request.Ways.Hires.Clamped(MostSide),
        };
    }

    private static void RequireRoom(RunForecast forecast, long? limit)
    {
        long bytes = forecast.Memory.ProcessBytes;
        if ((limit ?? RunForecast.AvailableBytes) is not long room || bytes <= room)
            return;
        (string Change, long Bytes)[] fitting = [.. forecast.WhatFits(room).Take(MostOffers)];
        string offers = string.Join(", ", fitting.Select(offer => $"{offer.Change} ({Shown.Bytes(offer.Bytes)})"));
        throw new PareidoliaException($"{forecast.Settings.Width}x{forecast.Settings.Height} pixels with '{forecast.Model.Name}' take about "
            + $"{Shown.Bytes(bytes)} of memory, and {Shown.Bytes(room)} {(limit is null ? "are free" : "are allowed")}; "
            + (fitting.Length == 0 ? "no precision, --low-memory or half of the size would fit." : $"what would fit: {offers}."));
    }

    private static string Written(TimeSpan time) => time switch
    {
        { TotalSeconds: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, time.TotalSeconds):0} s"),
        { TotalMinutes: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h"),
    };
}
