using System.CommandLine;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia text</c>: language models write on, fill in, compare words and are measured.</summary>
internal static class TextCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Of(CommandIo io) => new("text", "Language models: write a text on, fill in hidden words, find near words, tell meanings apart, measure.")
    {
        new TextCompleteCommand(io).Command,
        new TextFillCommand(io).Command,
        new TextNearestCommand(io).Command,
        new TextSensesCommand(io).Command,
        new TextEvalCommand(io).Command,
    };

    /// <summary>The option that names a model's folder.</summary>
    public static Option<string?> ModelOption(string kind) =>
        OptionOf.Text("--model", "FOLDER", $"A model's folder; else models/{kind}, else runs/{kind}-{kind}/model, looked for above the program and the working folder.");

    /// <summary>The folder of a model: the one that was named, else the program's own or the one that was trained here.</summary>
    /// <exception cref="PareidoliaException">There is none.</exception>
    public static string Locate(string? asked, params string[] kinds)
    {
        if (asked is not null)
            return File.Exists(Path.Combine(asked, "config.json")) ? asked
                : throw new PareidoliaException($"There is no language model '{asked}': a folder with config.json is needed.");
        foreach (string kind in kinds)
            foreach (string place in (string[])[Path.Combine("models", kind), Path.Combine("runs", $"{kind}-{kind}", "model")])
                foreach (string start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
                    for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
                        if (File.Exists(Path.Combine(folder.FullName, place, "config.json")))
                            return Path.Combine(folder.FullName, place);
        throw new PareidoliaException(
            $"There is no trained model of kind {string.Join(" or ", kinds)} yet: pareidolia train {kinds[0]} recipes/{kinds[0]}/{kinds[0]}.json makes one, or name a folder with --model.");
    }

    /// <summary>A count from 1 to a limit.</summary>
    /// <exception cref="PareidoliaException">It is out of range.</exception>
    public static int Count(int? asked, string option, int standard, int most)
    {
        int count = asked ?? standard;
        return count >= 1 && count <= most ? count : throw new PareidoliaException($"{option} is {count}; 1 to {most} is needed.");
    }
}
