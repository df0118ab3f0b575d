using System.CommandLine;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
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
        Description = "A model folder, a part's folder, a file of weights or a picture; else the model that comes with the program.",
    };
    private readonly Option<PictureSize?> _size = OptionOf.Size("--size", "Tell the memory need of a picture of this size; else of the model's own.");
    private readonly Option<bool> _tensors = OptionOf.Flag("--tensors", "List every tensor: name, type, shape.");
    private readonly Option<bool> _json = OptionOf.Flag("--json", "Write the result as JSON.");

    public InspectCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("inspect", "Print a model's parts, parameters, types and memory need, or a picture's settings.")
        {
            _path, _size, _tensors, _json,
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
        InspectedModel model = InspectedModel.Open(path, parsed.GetValue(_size));
        if (parsed.GetValue(_json))
            WriteJson(model);
        else
            WriteText(model, parsed.GetValue(_tensors));
        return ExitCode.Done;
    }

    private static bool IsPicture(string path)
    {
        if (!File.Exists(path))
            return false;
        using FileStream file = File.OpenRead(path);
        byte[] start = new byte[64];
        return ImageFile.IsPicture(start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
    }

    private int InspectPicture(string path)
    {
        Image image = ImageFile.Read(path);
        _io.Out.WriteLine($"{path}  {image.Width}x{image.Height}");
        foreach (KeyValuePair<string, string> text in image.Texts)
            _io.Out.WriteLine(text.Key == Infotext.Key ? text.Value : $"{text.Key}: {text.Value}");
        return ExitCode.Done;
    }

    private void WriteText(InspectedModel model, bool tensors)
    {
        IReadOnlyList<InspectedPart> parts = model.Parts;
        _io.Out.WriteLine(model.ClassName is null ? model.Path : $"{model.Path}  {model.ClassName}");
        if (model.Family is not null)
            _io.Out.WriteLine($"family: {model.Family}");
        TextTable table = new();
        table.Add("part", "class", "parameters", "tensors", "types", "on disk");
        foreach (InspectedPart part in parts)
            AddRow(table, part.Name, part.ClassName ?? "-", part.Types, [part]);
        if (parts.Count > 1)
            AddRow(table, "all", "", "", parts);
        table.Write(_io.Out);
        _io.Out.WriteLine($"precision: {InspectedModel.Precision(parts)}");
        if (model.Unclaimed is [string first, ..])
            _io.Out.WriteLine($"unknown: {model.Unclaimed.Count} tensors belong to no part, the first is {first}");
        _io.Out.WriteLine($"memory: {Shown.Bytes(parts.Sum(part => part.RunningBytes))} for the weights, which run as float32{PeakOf(model)}");
        if (tensors)
            foreach (InspectedPart part in parts)
                WriteTensors(part);
    }

    private static string PeakOf(InspectedModel model) => model.Forecast is MemoryForecast forecast
        ? $"; drawing {model.Size.Width}x{model.Size.Height} takes about {Shown.Bytes(forecast.ProcessBytes)}"
        : "";

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

    private void WriteJson(InspectedModel model) => JsonOutput.Write(_io.Out, json =>
    {
        IReadOnlyList<InspectedPart> parts = model.Parts;
        json.WriteString("path", model.Path);
        json.WriteString("class", model.ClassName);
        json.WriteString("family", model.Family);
        json.WriteString("precision", InspectedModel.Precision(parts));
        json.WriteNumber("parameters", parts.Sum(part => part.Parameters));
        json.WriteNumber("weights_memory_bytes", parts.Sum(part => part.RunningBytes));
        if (model.Forecast is MemoryForecast forecast)
            WriteForecast(json, model.Size, forecast);
        json.WriteStartArray("unknown_tensors");
        foreach (string name in model.Unclaimed)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("parts");
        foreach (InspectedPart part in parts)
            WritePart(json, part);
        json.WriteEndArray();
    });

    private static void WriteForecast(Utf8JsonWriter json, PictureSize size, MemoryForecast forecast)
    {
        json.WriteStartObject("memory");
        json.WriteNumber("width", size.Width);
        json.WriteNumber("height", size.Height);
        json.WriteNumber("weights_bytes", forecast.WeightBytes);
        json.WriteNumber("denoising_bytes", forecast.Denoising.TensorBytes);
        json.WriteNumber("decoding_bytes", forecast.Decoding.TensorBytes);
        json.WriteNumber("peak_bytes", forecast.PeakBytes);
        json.WriteNumber("process_bytes", forecast.ProcessBytes);
        json.WriteEndObject();
    }

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
