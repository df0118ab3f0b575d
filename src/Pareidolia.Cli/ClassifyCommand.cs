using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia classify picture.png --labels "a dog,a cat"</c>: what a picture shows, among classes that are named on the spot.</summary>
internal sealed class ClassifyCommand
{
    private readonly CommandIo _io;
    private readonly Argument<string[]> _pictures = new("pictures") { Arity = ArgumentArity.OneOrMore, HelpName = "FILE", Description = "The pictures." };
    private readonly Option<string> _labels = new("--labels") { Required = true, HelpName = "TEXTS", Description = "The classes in words, with commas between them; at least two." };
    private readonly Option<string[]> _templates = new("--template")
    {
        HelpName = "TEXT",
        Description = $"A sentence with {PictureLabels.Place} in the place of a class; may be given several times, all count equally. Else those of the model's own captions.",
    };
    private readonly Option<string?> _model = OptionOf.Text("--model", "FOLDER", "A model folder with a CLIP; else the one that comes with the program.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");

    public ClassifyCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("classify", "Tell which of some classes, named in words, a picture shows.") { _pictures, _labels, _templates, _model, _json };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        string[] labels = [.. parsed.GetValue(_labels)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        if (labels.Length < 2 || labels.Distinct().Count() < labels.Length)
            throw new PareidoliaException($"--labels is '{Shown.Short(parsed.GetValue(_labels)!)}'; two or more different classes with commas between them are needed, for instance \"a dog,a cat\".");
        (string Path, Image Image)[] pictures = [.. parsed.GetValue(_pictures)!.Select(path => (path, ImageFile.Read(path)))];
        string folder = ShippedModel.Locate(parsed.GetValue(_model));
        using PictureLabels classes = PictureLabels.Load(folder, parsed.GetValue(_templates));
        List<ClassifiedPicture> results = [];
        foreach ((string path, Image image) in pictures)
        {
            _io.Cancelled.ThrowIfCancellationRequested();
            results.Add(new ClassifiedPicture(path, [.. labels.Zip(classes.Of(image, labels)).OrderByDescending(pair => pair.Second)]));
        }
        if (parsed.GetValue(_json))
            JsonOutput.Write(_io.Out, json => WriteJson(json, folder, classes.Templates, results));
        else
            WriteText(results);
        return ExitCode.Done;
    }

    private void WriteText(IReadOnlyList<ClassifiedPicture> results)
    {
        foreach (ClassifiedPicture result in results)
        {
            if (results.Count > 1)
                _io.Out.WriteLine(result.File);
            TextTable table = new();
            foreach ((string label, double probability) in result.Labels)
                table.Add(label, probability.ToString("0.0 %", CultureInfo.InvariantCulture));
            table.Write(_io.Out);
        }
    }

    private static void WriteJson(Utf8JsonWriter json, string folder, IReadOnlyList<string> templates, IReadOnlyList<ClassifiedPicture> results)
    {
        json.WriteString("model", folder);
        json.WriteStartArray("templates");
        foreach (string template in templates)
            json.WriteStringValue(template);
        json.WriteEndArray();
        json.WriteStartArray("pictures");
        foreach (ClassifiedPicture result in results)
        {
            json.WriteStartObject();
            json.WriteString("file", result.File);
            json.WriteStartArray("labels");
            foreach ((string label, double probability) in result.Labels)
            {
                json.WriteStartObject();
                json.WriteString("label", label);
                json.WriteNumber("probability", Math.Round(probability, 5));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>A picture's classes, the likeliest first.</summary>
    private sealed record ClassifiedPicture(string File, IReadOnlyList<(string Label, double Probability)> Labels);
}
