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
        ModelSettings settings = shelf.SettingsOf(model);
        PromptDialect dialect = asked.Dialect is string name ? PromptDialects.Parse(name) : settings.Defaults.Dialect;
        string[] around = string.IsNullOrWhiteSpace(prompt) ? ["", ""] : settings.AroundPrompt(prompt, asked.Style);
        return Results.Json(TokensFound.Of(prompt, around, dialect, shelf.TokenizerOf(model)), ServerJson.Default.TokensFound);
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

/// <summary>A prompt for a model.</summary>
/// <param name="Model">The model; null for the first.</param>
/// <param name="Prompt">The prompt.</param>
/// <param name="Style">One of the model's styles; null for its default, as in an order.</param>
/// <param name="Dialect">The prompt's language; null for the model's, as in an order.</param>
internal sealed record TokensAsked(string? Model, string? Prompt, string? Style, string? Dialect);

/// <summary>A token and where it is in the prompt.</summary>
internal sealed record TokenView(string Text, int Start, int End);

/// <summary>A prompt's tokens; the style's words and the signs of the dialect are none of them.</summary>
/// <param name="Count">All of them.</param>
/// <param name="Limit">How many the text encoder reads at once beside the style's words.</param>
/// <param name="Kept">Those that are read.</param>
/// <param name="Cut">Those that are not, or only in the place of the style's words.</param>
internal sealed record TokensFound(int Count, int Limit, IReadOnlyList<TokenView> Kept, IReadOnlyList<TokenView> Cut)
{
    /// <summary>Counts them.</summary>
    /// <param name="prompt">What was typed.</param>
    /// <param name="around">The style's words before and behind it.</param>
    /// <param name="dialect">Its language.</param>
    /// <param name="tokenizer">The model's.</param>
    public static TokensFound Of(string prompt, string[] around, PromptDialect dialect, ClipTokenizer tokenizer)
    {
        Tokens heard = tokenizer.Tokenize(PromptDialects.WordsOf(dialect, string.Join(prompt, around)));
        int start = around[0].Length, end = start + prompt.Length;
        TokenView[] own = [.. heard.Items.Where(token => token.Start >= start && token.End <= end).Select(token => Place(token.Start - start, token.End - start))];
        int limit = Math.Max(0, tokenizer.MaxLength - 2 - (heard.Count - own.Length));
        // In the dialects of other tools a longer prompt is read in several parts; in plain words what is longer is cut.
        int kept = dialect == PromptDialect.Plain ? limit : own.Length;
        return new TokensFound(own.Length, limit, [.. own.Take(kept)], [.. own.Skip(kept)]);

        TokenView Place(int from, int to) => new(prompt[from..to], from, to);
    }
}
