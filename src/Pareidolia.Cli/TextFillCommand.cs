using System.CommandLine;
using System.Globalization;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia text fill TEXT</c>: a masked-word model says what may stand where a word is hidden.</summary>
internal sealed class TextFillCommand
{
    private const int MostWords = 1000;
    private readonly CommandIo _io;
    private readonly Argument<string> _text = new("text") { Description = $"A text with {WordGuesser.Hidden} where words are to be guessed." };
    private readonly Option<string?> _model = TextCommand.ModelOption("bert");
    private readonly Option<int?> _count = OptionOf.Whole("--count", "How many words for each; default 5.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");

    public TextFillCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("fill", "Guess hidden words, with probabilities.") { _text, _model, _count, _json };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        int count = TextCommand.Count(parsed.GetValue(_count), "--count", 5, MostWords);
        string text = parsed.GetValue(_text)!;
        using WordGuesser guesser = WordGuesser.Load(TextCommand.Locate(parsed.GetValue(_model), "bert", "words"));
        IReadOnlyList<IReadOnlyList<WordGuess>> places = guesser.Fill(text, count);
        if (parsed.GetValue(_json))
            JsonOutput.Write(_io.Out, json =>
            {
                json.WriteString("text", text);
                json.WriteStartArray("places");
                foreach (IReadOnlyList<WordGuess> guesses in places)
                    WriteGuesses(json, guesses);
                json.WriteEndArray();
            });
        else
            WriteText(places);
        return ExitCode.Done;
    }

    private static void WriteGuesses(System.Text.Json.Utf8JsonWriter json, IReadOnlyList<WordGuess> guesses)
    {
        json.WriteStartArray();
        foreach (WordGuess guess in guesses)
        {
            json.WriteStartObject();
            json.WriteString("word", guess.Word);
            json.WriteNumber("probability", Math.Round(guess.Probability, 5));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteText(IReadOnlyList<IReadOnlyList<WordGuess>> places)
    {
        for (int i = 0; i < places.Count; i++)
        {
            if (places.Count > 1)
                _io.Out.WriteLine($"{WordGuesser.Hidden} {i + 1}");
            TextTable table = new();
            foreach (WordGuess guess in places[i])
                table.Add(guess.Word, guess.Probability.ToString("0.000", CultureInfo.InvariantCulture));
            table.Write(_io.Out);
        }
    }
}
