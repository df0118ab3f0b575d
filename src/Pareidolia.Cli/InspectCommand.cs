using System.CommandLine;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Weights;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia inspect</c>: what a model folder or a file of weights holds, without loading it.</summary>
internal sealed class InspectCommand
{
    private readonly CommandIo _io;
    private readonly Argument<string?> _path = new("path")
    {
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "path",
        Description = "A model folder, a part's folder, a .safetensors file or a .png picture; else the model that comes with the program.",
    };
    private readonly Option<bool> _tensors = OptionOf.Flag("--tensors", "List every tensor: name, type, shape.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");

    public InspectCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("inspect", "Print a model's parts, parameters, types and memory need, or a picture's settings.")
        {
            _path, _tensors, _json,
        };
        Command.SetAction(Run);
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        string path = ShippedModel.Locate(parsed.GetValue(_path));
        if (IsPicture(path))
            return InspectPicture(path);
        (string? className, IReadOnlyList<InspectedPart> parts) = Parts(path);
        if (parsed.GetValue(_json))
            WriteJson(path, className, parts);
        else
            WriteText(path, className, parts, parsed.GetValue(_tensors));
        return ExitCode.Done;
    }

    private static bool IsPicture(string path)
    {
        if (!File.Exists(path))
            return false;
        using FileStream file = File.OpenRead(path);
        byte[] start = new byte[8];
        return PngReader.IsPng(start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
    }

    private int InspectPicture(string path)
    {
        Image image = PngReader.Read(path);
        _io.Out.WriteLine($"{path}  {image.Width}x{image.Height}");
        foreach (KeyValuePair<string, string> text in image.Texts)
            _io.Out.WriteLine(text.Key == Infotext.Key ? text.Value : $"{text.Key}: {text.Value}");
        return ExitCode.Done;
    }

    private static (string? ClassName, IReadOnlyList<InspectedPart> Parts) Parts(string path)
    {
        if (File.Exists(path))
            return (null, [InspectedPart.OfFile(path)]);
        if (!File.Exists(Path.Combine(path, "model_index.json")))
            return (null, [InspectedPart.Of(Path.GetFileName(Path.GetFullPath(path)), new ModelComponent(path))]);
        ModelFolder folder = new(path);
        // Parts that only this program knows stand beside those of the index.
        IEnumerable<string> others = Directory.GetDirectories(path).Where(part => File.Exists(Path.Combine(part, "config.json")))
            .Select(part => Path.GetFileName(part)).Where(name => !folder.Has(name)).Order(StringComparer.Ordinal);
        return (folder.ClassName, [
            .. folder.Names.Select(name => InspectedPart.Of(name, folder.Component(name))),
            .. others.Select(name => InspectedPart.Of(name, new ModelComponent(Path.Combine(path, name))))]);
    }

    private void WriteText(string path, string? className, IReadOnlyList<InspectedPart> parts, bool tensors)
    {
        _io.Out.WriteLine(className is null ? path : $"{path}  {className}");
        TextTable table = new();
        table.Add("part", "class", "parameters", "tensors", "types", "on disk");
        foreach (InspectedPart part in parts)
            AddRow(table, part.Name, part.ClassName ?? "-", part.Types, [part]);
        if (parts.Count > 1)
            AddRow(table, "all", "", "", parts);
        table.Write(_io.Out);
        _io.Out.WriteLine($"memory: {Shown.Bytes(parts.Sum(part => part.RunningBytes))} for the weights, which run as float32");
        if (tensors)
            foreach (InspectedPart part in parts)
                WriteTensors(part);
    }

    private static void AddRow(TextTable table, string name, string className, string types, IReadOnlyList<InspectedPart> parts) => table.Add(
        name, className, Shown.Count(parts.Sum(part => part.Parameters)), Shown.Count(parts.Sum(part => part.Tensors.Count)), types,
        Shown.Bytes(parts.Sum(part => part.FileBytes)));

    private void WriteTensors(InspectedPart part)
    {
        if (part.Tensors.Count == 0)
            return;
        _io.Out.WriteLine();
        _io.Out.WriteLine(part.Name);
        TextTable table = new();
        foreach (StoredTensor tensor in part.Tensors)
            table.Add("  " + tensor.Name, tensor.Type.FormatName(), $"[{string.Join(", ", tensor.Shape)}]");
        table.Write(_io.Out);
    }

    private void WriteJson(string path, string? className, IReadOnlyList<InspectedPart> parts) => JsonOutput.Write(_io.Out, json =>
    {
        json.WriteString("path", path);
        json.WriteString("class", className);
        json.WriteNumber("parameters", parts.Sum(part => part.Parameters));
        json.WriteNumber("weights_memory_bytes", parts.Sum(part => part.RunningBytes));
        json.WriteStartArray("parts");
        foreach (InspectedPart part in parts)
            WritePart(json, part);
        json.WriteEndArray();
    });

    private static void WritePart(Utf8JsonWriter json, InspectedPart part)
    {
        json.WriteStartObject();
        json.WriteString("name", part.Name);
        json.WriteString("class", part.ClassName);
        json.WriteNumber("parameters", part.Parameters);
        json.WriteNumber("file_bytes", part.FileBytes);
        json.WriteStartArray("tensors");
        foreach (StoredTensor tensor in part.Tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("type", tensor.Type.FormatName());
            json.WriteStartArray("shape");
            foreach (long extent in tensor.Shape)
                json.WriteNumberValue(extent);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
