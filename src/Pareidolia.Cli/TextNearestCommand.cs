using System.CommandLine;
using System.Globalization;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia text nearest WORD</c>: the words whose vectors are nearest.</summary>
internal sealed class TextNearestCommand
{
    private const int MostWords = 1000;
    private readonly CommandIo _io;
    private readonly Argument<string> _word = new("word") { Description = "A word." };
    private readonly Option<string?> _model = TextCommand.ModelOption("words");
    private readonly Option<int?> _count = OptionOf.Whole("--count", "How many words; default 10.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");

    public TextNearestCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("nearest", "The words that a model takes for nearest to one, with their cosines.") { _word, _model, _count, _json };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        int count = TextCommand.Count(parsed.GetValue(_count), "--count", 10, MostWords);
        using WordGuesser guesser = WordGuesser.Load(TextCommand.Locate(parsed.GetValue(_model), "words", "bert"));
        IReadOnlyList<(string Word, double Cosine)> nearest = guesser.Nearest(parsed.GetValue(_word)!, count);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(_io.Out, json =>
            {
                foreach ((string word, double cosine) in nearest)
                    json.WriteNumber(word, Math.Round(cosine, 5));
            });
            return ExitCode.Done;
        }
        TextTable table = new();
        foreach ((string word, double cosine) in nearest)
            table.Add(word, cosine.ToString("0.000", CultureInfo.InvariantCulture));
        table.Write(_io.Out);
        return ExitCode.Done;
    }
}
