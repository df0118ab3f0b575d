using System.CommandLine;
using System.Globalization;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Training.Language;
using Pareidolia.Weights;

namespace Pareidolia.Cli;

/// <summary>
/// <c>pareidolia text eval</c>: measures a language model beside its baseline. A next-word model by how well it foresees held-out text, beside a
/// Kneser-Ney model of the same tokens; a masked-word model by whether meanings and words fall apart, beside naive Bayes.
/// </summary>
internal sealed class TextEvalCommand
{
    private readonly CommandIo _io;
    private readonly Option<string?> _model = OptionOf.Text("--model", "FOLDER", "The model's folder: gpt, bert or words.");
    private readonly Option<string?> _data = OptionOf.Text("--data", "FOLDER", "The folder of data; else PAREIDOLIA_DATA, else ../shared/data.");
    private readonly Option<string?> _text = OptionOf.Text("--text", "FILE", "Held-out text in that folder; else text/books-val.txt.gz.");
    private readonly Option<string?> _train = OptionOf.Text("--train-text", "FILE", "What the baseline counts; else text/books-train.txt.gz.");
    private readonly Option<int?> _order = OptionOf.Whole("--order", "Tokens that the baseline looks at; default 5.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");

    public TextEvalCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("eval", "Measure a language model beside its baseline.") { _model, _data, _text, _train, _order, _json };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        string folder = TextCommand.Locate(parsed.GetValue(_model), "gpt", "bert", "words");
        DataRoot root = DataRoot.Resolve(parsed.GetValue(_data));
        Dictionary<string, double> results = JsonConfig.Load(Path.Combine(folder, "config.json")).Texts("architectures", []) switch
        {
            ["GPT2LMHeadModel"] => NextWord(folder, root, parsed),
            ["BertForMaskedLM"] => Bert(folder, root),
            [nameof(ConvolutionalWordModel)] => Words(folder, root),
            _ => throw new PareidoliaException($"'{folder}' holds no GPT2LMHeadModel, BertForMaskedLM or ConvolutionalWordModel: nothing measures it here."),
        };
        if (parsed.GetValue(_json))
            JsonOutput.Write(_io.Out, json =>
            {
                json.WriteString("model", folder);
                foreach ((string name, double value) in results)
                    json.WriteNumber(name, Math.Round(value, 5));
            });
        else
            WriteText(folder, results);
        return ExitCode.Done;
    }

    private Dictionary<string, double> NextWord(string folder, DataRoot root, ParseResult parsed)
    {
        using TextCompletion completion = TextCompletion.Load(folder);
        RunningText text = Read(root, parsed.GetValue(_text) ?? "text/books-val.txt.gz", completion.Tokenizer);
        RunningText train = Read(root, parsed.GetValue(_train) ?? "text/books-train.txt.gz", completion.Tokenizer);
        int order = TextCommand.Count(parsed.GetValue(_order), "--order", 5, 8);
        TextScore network = GptMeasures.Score(completion.Model, text, _io.Cancelled);
        TextScore baseline = KneserNey.Count(train.Ids, completion.Tokenizer.Vocabulary.Ids.Count, order).Score(text);
        return new Dictionary<string, double>
        {
            ["tokens"] = text.Ids.Length,
            ["words"] = text.Words,
            ["bytes"] = text.Bytes,
            ["perplexity_per_token"] = network.PerToken,
            ["perplexity_per_word"] = network.PerWord,
            ["bits_per_byte"] = network.BitsPerByte,
            ["kneser_ney_per_token"] = baseline.PerToken,
            ["kneser_ney_per_word"] = baseline.PerWord,
            ["kneser_ney_bits_per_byte"] = baseline.BitsPerByte,
        };
    }

    private static Dictionary<string, double> Bert(string folder, DataRoot root)
    {
        using Pretrained<BertForMaskedLm> model = BertForMaskedLm.Load(folder);
        BertMeasures measures = new(model.Model, WordPieceTokenizer.Load(folder));
        return Meanings(root, measures.Senses, measures.Pairs);
    }

    private static Dictionary<string, double> Words(string folder, DataRoot root)
    {
        using Pretrained<ConvolutionalWordModel> model = ConvolutionalWordModel.Load(folder);
        WordModelMeasures measures = new(model.Model, WordDictionary.Load(folder));
        return Meanings(root, measures.Senses, measures.Pairs);
    }

    private static Dictionary<string, double> Meanings(
        DataRoot root, Func<IReadOnlyList<SenseSentence>, double> senses, Func<IReadOnlyList<WordPair>, double> pairs)
    {
        IReadOnlyList<SenseSentence> table = SenseTable.Load(root.File("text/senses.tsv"));
        return new Dictionary<string, double>
        {
            ["senses"] = senses(table),
            ["senses_naive_bayes"] = SenseTable.NaiveBayes(table),
            ["pairs_auc"] = pairs(WordPairs.Load(root.File("text/similar-pairs.tsv"))),
        };
    }

    private static RunningText Read(DataRoot root, string file, Gpt2Tokenizer tokenizer) =>
        RunningText.Of(TextSet.Read(root.File(file)), tokenizer);

    private void WriteText(string folder, Dictionary<string, double> results)
    {
        _io.Out.WriteLine(folder);
        TextTable table = new();
        foreach ((string name, double value) in results)
            table.Add(name, value.ToString(value == Math.Floor(value) ? "0" : value < 10 ? "0.000" : "0.0", CultureInfo.InvariantCulture));
        table.Write(_io.Out);
    }
}
