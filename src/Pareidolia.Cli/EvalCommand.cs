using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pareidolia.Models;
using Pareidolia.Text;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia eval</c>: measures a model's parts on held-out captioned pictures.</summary>
internal sealed class EvalCommand
{
    private readonly CommandIo _io;
    private readonly Option<string?> _model =
        OptionOf.Text("--model", "FOLDER", "A model in the Hugging Face layout; else the one that comes with the program.");
    private readonly Option<string?> _data = OptionOf.Text("--data", "FOLDER", "The folder of data; else PAREIDOLIA_DATA, else ../shared/data.");
    private readonly Option<string?> _shards = OptionOf.Text("--shards", "PATTERN", "Held-out shards in that folder, or MNIST's t10k-images-idx3-ubyte.gz; else emoji/val-*.tar.");
    private readonly Option<string?> _styles =
        OptionOf.Text("--exclude-styles", "NAMES", "Styles to leave out, with commas between them; else openmoji.");
    private readonly Option<string?> _matrix =
        OptionOf.Text("--matrix", "FILE.png", "Also draw CLIP's correlation matrix: a row for each picture, a column for each caption, bright where they agree.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");
    private readonly Option<bool> _force = OptionOf.Flag("--force", "Overwrite an existing picture of --matrix; else the next free name is taken.");

    public EvalCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("eval", "Measure a model on held-out pictures: retrieval and zero-shot accuracy by its CLIP, loss by its autoencoder.")
        {
            _model, _data, _shards, _styles, _matrix, _json, _force,
        };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        string folder = ShippedModel.Locate(parsed.GetValue(_model));
        OutputFiles? matrix = parsed.GetValue(_matrix) is string path ? OutputFiles.ForPng("--matrix", path, parsed.GetValue(_force)) : null;
        DataRoot root = DataRoot.Resolve(parsed.GetValue(_data));
        string shards = parsed.GetValue(_shards) ?? "emoji/val-*.tar";
        JsonConfig data = DataSection(shards, parsed.GetValue(_styles) ?? "openmoji");
        Dictionary<string, double> results = [];
        bool hasClip = Directory.Exists(Path.Combine(folder, "clip")), hasAutoencoder = Directory.Exists(Path.Combine(folder, "vae"));
        if (!hasClip && (!hasAutoencoder || matrix is not null))
            throw new PareidoliaException($"'{folder}' has no clip/{(hasAutoencoder ? ", which --matrix draws" : " and no vae/, the parts that are measured here")}.");
        int pictures = hasAutoencoder ? MeasureAutoencoder(folder, root, data, results) : 0;
        if (hasClip)
            pictures = MeasureClip(folder, root, data, results, matrix);
        if (parsed.GetValue(_json))
            JsonOutput.Write(_io.Out, json => WriteJson(json, folder, shards, pictures, results));
        else
            WriteText($"{folder} on {pictures} pictures of {shards}", results);
        LeftOut.Name(_io.Error, root);
        LeftOut.Count(_io.Error, root);
        return ExitCode.Done;
    }

    private static JsonConfig DataSection(string shards, string styles)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteString("eval", shards);
            json.WriteStartArray("exclude_styles");
            foreach (string style in styles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                json.WriteStringValue(style);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return JsonConfig.Parse(System.Text.Encoding.UTF8.GetString(stream.ToArray()), "eval");
    }

    private int MeasureAutoencoder(string folder, DataRoot root, JsonConfig data, Dictionary<string, double> results)
    {
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(Path.Combine(folder, "vae"));
        PictureSet pictures = Load(root, data, vae.Model.Config.SampleSize);
        results["autoencoder_psnr"] = AutoencoderTrainer.MeanPsnr(vae.Model, pictures);
        return pictures.Pictures.Count;
    }

    private int MeasureClip(string folder, DataRoot root, JsonConfig data, Dictionary<string, double> results, OutputFiles? matrix)
    {
        using Pretrained<ClipModel> clip = ClipModel.Load(Path.Combine(folder, "clip"));
        ClipTokenizer tokenizer = ClipTokenizer.Load(Path.Combine(folder, "tokenizer"));
        PictureSet pictures = Load(root, data, clip.Model.Config.Vision.ImageSize);
        bool isLabelled = pictures.Pictures[0].Record.Label >= 0;
        // Captions of a labelled set name its few classes: a picture has no caption of its own to be found by.
        IEnumerable<KeyValuePair<string, double>> measured = isLabelled
            ? ZeroShot.OfLabels(clip.Model, tokenizer, pictures)
            : ClipTrainer.Retrieval(clip.Model, tokenizer, pictures).Concat(ZeroShot.OfHeldOutConcepts(clip.Model, tokenizer, pictures));
        foreach ((string name, double value) in measured)
            results[name] = value;
        if (matrix is not null)
            Draw(matrix, clip.Model, tokenizer, pictures);
        return pictures.Pictures.Count;
    }

    private void Draw(OutputFiles files, ClipModel clip, ClipTokenizer tokenizer, PictureSet pictures)
    {
        files.MakeFolder();
        OutputFile file = files.Next(files.Stem("matrix"));
        _io.Error.WriteLine($"{file.Path}  {CorrelationPicture.Write(file.Path, clip, tokenizer, pictures)} pictures and their captions{file.Note}");
    }

    private PictureSet Load(DataRoot root, JsonConfig data, int size)
    {
        _io.Cancelled.ThrowIfCancellationRequested();
        return PictureSet.Load(root, data, "eval", size);
    }

    private void WriteText(string title, Dictionary<string, double> results)
    {
        _io.Out.WriteLine(title);
        TextTable table = new();
        foreach ((string name, double value) in results)
            table.Add(name, value.ToString(name.EndsWith("psnr", StringComparison.Ordinal) ? "0.0 dB" : "0.000", CultureInfo.InvariantCulture));
        table.Write(_io.Out);
    }

    private static void WriteJson(Utf8JsonWriter json, string folder, string shards, int pictures, Dictionary<string, double> results)
    {
        json.WriteString("model", folder);
        json.WriteString("shards", shards);
        json.WriteNumber("pictures", pictures);
        foreach ((string name, double value) in results)
            json.WriteNumber(name, Math.Round(value, 5));
    }
}
