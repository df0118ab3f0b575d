using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Pipelines;
using Pareidolia.Server.Http;
using Pareidolia.Server.Models;
using Pareidolia.Text;
using Pareidolia.Text.Prompts;

namespace Pareidolia.Server.Generate;

/// <summary><c>/api/v1/forecast</c> and <c>/api/v1/tokens</c>: what an order will take, and what of its prompt is read.</summary>
internal static class ForecastApi
{
    // Measured once: a second of arithmetic.
    private static readonly Lazy<MachineSpeed> s_speed = new(MachineSpeed.Measure);

    /// <summary>Adds the routes.</summary>
    public static void MapForecasts(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/v1").WithTags("Before a run");
        _ = group.MapPost("/forecast", Predict).Accepts<PictureOrder>("application/json").Produces<Forecast>()
            .WithSummary("Memory and time that an order will take, before it runs.");
        _ = group.MapPost("/tokens", Count).Accepts<TokensAsked>("application/json").Produces<TokensFound>()
            .WithSummary("How many tokens a prompt has, and which part of it the model does not read.");
    }

    private static async Task<IResult> Predict(HttpContext context, OrderCompletion completion, OrderForecast forecasts)
    {
        PictureOrder order = PictureOrder.Read(await JsonBody.Read(context).ConfigureAwait(false));
        PictureOrder whole = completion.Complete(order with { Prompt = string.IsNullOrWhiteSpace(order.Prompt) ? "a" : order.Prompt });
        if (forecasts.Of(whole, new OrderAxes(whole, int.MaxValue).Cells) is not RunForecast forecast)
            throw new Refusal(422, $"What '{whole.Model}' takes cannot be told: its configs do not describe a network that runs.");
        return Results.Json(Forecast.Of(forecast, forecast.TimeAt(s_speed.Value).TotalSeconds), ServerJson.Default.Forecast);
    }

    private static async Task<IResult> Count(HttpContext context, ModelShelf shelf)
    {
        TokensAsked asked = await JsonBody.Read(context, ServerJson.Default.TokensAsked).ConfigureAwait(false);
        string prompt = asked.Prompt ?? "";
        if (prompt.Length > GenerateSettings.LongestPrompt)
            throw Refusal.Bad($"The prompt has {prompt.Length} characters; at most {GenerateSettings.LongestPrompt} are read.", "prompt");
        ShelfModel model = shelf.Find(asked.Model);
        ClipTokenizer tokenizer = shelf.TokenizerOf(model);
        Tokens tokens;
        lock (tokenizer)
            tokens = tokenizer.Tokenize(prompt);
        // In the dialects of other tools a longer prompt is read in several parts; in plain words what is longer is cut.
        bool cuts = shelf.SettingsOf(model).Defaults.Dialect == PromptDialect.Plain;
        int limit = tokenizer.MaxLength - 2, kept = cuts ? Math.Min(limit, tokens.Count) : tokens.Count;
        TokenView View(Token token) => new(prompt[token.Start..token.End], token.Start, token.End);
        return Results.Json(
            new TokensFound(tokens.Count, limit, [.. tokens.Items.Take(kept).Select(View)], [.. tokens.Items.Skip(kept).Select(View)]), ServerJson.Default.TokensFound);
    }
}

/// <summary>What an order will take.</summary>
/// <param name="Seconds">About.</param>
/// <param name="PeakBytes">Memory of the whole program.</param>
/// <param name="Fits">Whether the machine has so much; true where it does not tell.</param>
/// <param name="Sentence">The same in words, with what would fit where it does not.</param>
internal sealed record Forecast(double Seconds, long PeakBytes, bool Fits, string Sentence)
{
    /// <summary>Says it.</summary>
    public static Forecast Of(RunForecast run, double seconds)
    {
        long bytes = run.Memory.ProcessBytes;
        // What the program already holds is a part of what it will.
        long? room = RunForecast.AvailableBytes + Environment.WorkingSet;
        bool fits = room is null || bytes <= room;
        string sentence = string.Create(CultureInfo.InvariantCulture, $"About {seconds:0.#} s and {bytes / 1e9:0.00} GB of memory{(fits ? "." : $", of which {room / 1e9:0.00} GB are there")}");
        if (!fits)
            sentence += run.WhatFits(room!.Value) is [(string change, long less), ..]
                ? string.Create(CultureInfo.InvariantCulture, $"; with {change} it would take {less / 1e9:0.00} GB.") : "; no precision and no half of the size would fit.";
        return new Forecast(Math.Round(seconds, 2), bytes, fits, sentence);
    }
}

/// <summary>A prompt for a model; null is the first one.</summary>
internal sealed record TokensAsked(string? Model, string? Prompt);

/// <summary>A token and where it is in the prompt.</summary>
internal sealed record TokenView(string Text, int Start, int End);

/// <summary>A prompt's tokens.</summary>
/// <param name="Count">All of them.</param>
/// <param name="Limit">How many the text encoder reads at once.</param>
/// <param name="Kept">Those that are read.</param>
/// <param name="Cut">Those that are not.</param>
internal sealed record TokensFound(int Count, int Limit, IReadOnlyList<TokenView> Kept, IReadOnlyList<TokenView> Cut);
