using System.CommandLine;
using System.Globalization;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Training.Language;
using Pareidolia.Weights;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia text senses WORD</c>: a picture of how the meanings of one word fall apart in a model's latent space.</summary>
internal sealed class TextSensesCommand
{
    private readonly CommandIo _io;
    private readonly Argument<string> _word = new("word") { Description = "A word with several meanings." };
    private readonly Option<string?> _model = TextCommand.ModelOption("words");
    private readonly Option<string?> _table = OptionOf.Text("--table", "FILE", "Lines of word, sense and sentence with tabs between them; else text/senses.tsv of the folder of data.");
    private readonly Option<string?> _data = OptionOf.Text("--data", "FOLDER", "The folder of data; else PAREIDOLIA_DATA, else ../shared/data.");
    private readonly Option<string?> _output = OptionOf.Text("--output", "FILE.svg", "Where the picture goes, else WORD-senses.svg.", "-o");
    private readonly Option<bool> _force = OptionOf.Flag("--force", "Overwrite an existing file.");

    public TextSensesCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("senses", "Draw where the sentences of a word lie in latent space: its meanings fall apart.") { _word, _model, _table, _data, _output, _force };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        string word = parsed.GetValue(_word)!, output = parsed.GetValue(_output) ?? $"{word}-senses.svg";
        if (File.Exists(output) && !parsed.GetValue(_force))
            throw new PareidoliaException($"'{output}' exists; another name is needed, or --force to overwrite it.");
        string folder = TextCommand.Locate(parsed.GetValue(_model), "words", "bert");
        IReadOnlyList<SenseSentence> rows = Sentences(parsed.GetValue(_table) ?? DataRoot.Resolve(parsed.GetValue(_data)).File("text/senses.tsv"), word);
        IReadOnlyList<float[]> vectors = Vectors(folder, rows);
        double share = SenseTable.NearestCentroid(rows, vectors);
        new PointPlot($"{word} in {rows.Count} sentences, as {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))} reads it", SenseMap.Of(rows, vectors)).Write(output);
        _io.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}  {rows.Count} sentences; by the nearest centroid of the others {share:0%} have their own sense"));
        return ExitCode.Done;
    }

    private static SenseSentence[] Sentences(string table, string word)
    {
        IReadOnlyList<SenseSentence> all = SenseTable.Load(table);
        SenseSentence[] rows = [.. all.Where(row => row.Word == word)];
        return rows.Select(row => row.Sense).Distinct().Count() > 1 ? rows : throw new PareidoliaException(
            $"'{table}' has no two senses of '{word}'; it has {string.Join(", ", all.Select(row => row.Word).Distinct())}.");
    }

    private static float[][] Vectors(string folder, IReadOnlyList<SenseSentence> rows)
    {
        if (JsonConfig.Load(Path.Combine(folder, "config.json")).Texts("architectures", []) is ["BertForMaskedLM"])
        {
            using Pretrained<BertForMaskedLm> bert = BertForMaskedLm.Load(folder);
            return [.. rows.Select(new BertMeasures(bert.Model, WordPieceTokenizer.Load(folder)).Contextual)];
        }
        using Pretrained<ConvolutionalWordModel> words = ConvolutionalWordModel.Load(folder);
        return [.. rows.Select(new WordModelMeasures(words.Model, WordDictionary.Load(folder)).Contextual)];
    }
}
