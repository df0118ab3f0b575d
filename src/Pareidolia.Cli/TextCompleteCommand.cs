using System.CommandLine;
using System.Diagnostics;
using Pareidolia.Models;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia text complete PROMPT</c>: a next-word model writes a text on.</summary>
internal sealed class TextCompleteCommand
{
    private readonly CommandIo _io;
    private readonly Argument<string> _prompt = new("prompt") { Description = "The text to begin with; \"\" for the start of a paragraph." };
    private readonly Option<string?> _model = TextCommand.ModelOption("gpt");
    private readonly Option<int?> _tokens = OptionOf.Whole("--tokens", "How many tokens to write; default 100.");
    private readonly Option<double?> _temperature = OptionOf.Number("--temperature", "Below 1 the likely becomes likelier; 0 always takes the likeliest. Default 0.8.");
    private readonly Option<int?> _topK = OptionOf.Whole("--top-k", "Draw only from so many of the likeliest tokens; default 0, all.");
    private readonly Option<double?> _topP = OptionOf.Number("--top-p", "Draw only from the likeliest tokens that together have this probability; default 0.95.");
    private readonly Option<double?> _penalty = OptionOf.Number("--repetition-penalty", "Above 1, what the text already has becomes less likely; default 1.");
    private readonly Option<SeedChoice?> _seed = OptionOf.Seed("--seed", "The same seed writes the same text; else one at random.");
    private readonly Option<bool> _noCache = OptionOf.Flag("--no-cache", "Read the whole text again for every token: the same text, more slowly.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");

    public TextCompleteCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("complete", "Write a text on.") { _prompt, _model, _tokens, _temperature, _topK, _topP, _penalty, _seed, _noCache, _json };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        TextCompletionSettings settings = Settings(parsed);
        settings.Check();
        string prompt = parsed.GetValue(_prompt)!;
        using TextCompletion completion = TextCompletion.Load(TextCommand.Locate(parsed.GetValue(_model), "gpt"));
        Stopwatch clock = Stopwatch.StartNew();
        if (parsed.GetValue(_json))
        {
            string text = string.Concat(Pieces(completion, prompt, settings));
            JsonOutput.Write(_io.Out, json =>
            {
                json.WriteString("prompt", prompt);
                json.WriteString("text", text);
                json.WriteNumber("seed", settings.Seed);
                json.WriteNumber("seconds", Math.Round(clock.Elapsed.TotalSeconds, 3));
            });
            return ExitCode.Done;
        }
        _io.Out.Write(prompt);
        foreach (string piece in Pieces(completion, prompt, settings))
        {
            _io.Out.Write(piece);
            _io.Out.Flush();
        }
        _io.Out.WriteLine();
        _io.Error.WriteLine($"seed {settings.Seed}, {clock.Elapsed.TotalSeconds:F1} s");
        return ExitCode.Done;
    }

    private TextCompletionSettings Settings(ParseResult parsed)
    {
        TextCompletionSettings standard = new();
        return standard with
        {
            Tokens = parsed.GetValue(_tokens) ?? standard.Tokens,
            Seed = parsed.GetValue(_seed)?.Value ?? (ulong)Random.Shared.NextInt64(1L << 32),
            UseCache = !parsed.GetValue(_noCache),
            Sampling = new TokenSampling
            {
                Temperature = parsed.GetValue(_temperature) ?? standard.Sampling.Temperature,
                TopK = parsed.GetValue(_topK) ?? standard.Sampling.TopK,
                TopP = parsed.GetValue(_topP) ?? standard.Sampling.TopP,
                RepetitionPenalty = parsed.GetValue(_penalty) ?? standard.Sampling.RepetitionPenalty,
            },
        };
    }

    private IEnumerable<string> Pieces(TextCompletion completion, string prompt, TextCompletionSettings settings)
    {
        foreach (string piece in completion.Complete(prompt, settings))
        {
            _io.Cancelled.ThrowIfCancellationRequested();
            yield return piece;
        }
    }
}
