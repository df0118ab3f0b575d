using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia convert</c>: writes a model in another layout or precision.</summary>
internal sealed class ConvertCommand
{
    private const string Folder = "diffusers", Single = "single";

    private static readonly Dictionary<string, SafetensorsType> s_types = new()
    {
        ["f32"] = SafetensorsType.F32, ["f16"] = SafetensorsType.F16, ["bf16"] = SafetensorsType.BF16,
    };

    private readonly Argument<string> _from = new("model") { HelpName = "model", Description = "A model folder or a single file." };
    private readonly Argument<string> _to = new("out") { HelpName = "out", Description = "The folder or the .safetensors file to write." };
    private readonly Option<string?> _layout = OptionOf.Text("--layout", "diffusers|single", "A folder or a single file; else as the target's name says.");
    private readonly Option<string?> _type = OptionOf.Text("--dtype", "f32|f16|bf16", "What the weights are written as; else as they are.");
    private readonly Option<long?> _shard = new("--max-shard-size")
    {
        HelpName = "5GB", Description = "Most bytes in a file of a folder; else one file for each network.", CustomParser = Bytes,
    };
    private readonly Option<string?> _tokenizer =
        OptionOf.Text("--tokenizer", "FOLDER", "Where a single file's vocabulary is; without it the folder that is written has none.");
    private readonly Option<string?> _config = OptionOf.Text("--config", "FOLDER|FILE", "Configs that count for a single file.");
    private readonly Option<bool> _force = OptionOf.Flag("--force", "Write over what is there.");

    public ConvertCommand(CommandIo io)
    {
        Command = new Command("convert", "Write a model in another layout or precision.") { _from, _to, _layout, _type, _shard, _tokenizer, _config, _force };
        Command.SetAction(parsed => Run(parsed, io));
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed, CommandIo io)
    {
        string to = parsed.GetValue(_to)!, layout = Layout(parsed, to);
        ConversionOptions options = new()
        {
            Type = Type(parsed.GetValue(_type)), LargestShard = parsed.GetValue(_shard), Overwrite = parsed.GetValue(_force),
        };
        ModelSource model = ShippedModel.Open(
            parsed.GetValue(_from), new SingleFileOptions { Tokenizer = parsed.GetValue(_tokenizer), Config = parsed.GetValue(_config) });
        if (layout == Folder)
            ModelConversion.ToFolder(model, to, options);
        else
            ModelConversion.ToFile(model, to, options);
        if (model is SingleFileModel && layout == Folder && !model.Names.Any(name => name.StartsWith("tokenizer", StringComparison.Ordinal)))
            io.Error.WriteLine("note: the folder has no tokenizer, since a single file has none; --tokenizer brings one.");
        io.Out.WriteLine(to);
        return ExitCode.Done;
    }

    private string Layout(ParseResult parsed, string to)
    {
        string layout = parsed.GetValue(_layout) ?? (Path.GetExtension(to) is ".safetensors" or ".sft" ? Single : Folder);
        if (layout is not (Folder or Single))
            throw new PareidoliaException($"--layout is '{Shown.Short(layout)}'; {Folder} or {Single} is needed.");
        if (layout == Single && Path.GetExtension(to) is not (".safetensors" or ".sft"))
            throw new PareidoliaException($"A single file is written as .safetensors; '{to}' is named otherwise.");
        if (layout == Single && parsed.GetValue(_shard) is not null)
            throw new PareidoliaException("--max-shard-size is for folders: a single file is one file.");
        return layout;
    }

    private static SafetensorsType? Type(string? name) => name is null ? null
        : s_types.TryGetValue(name.ToLowerInvariant(), out SafetensorsType type) ? type
        : throw new PareidoliaException($"--dtype is '{Shown.Short(name)}'; {string.Join(", ", s_types.Keys)} are known.");

    private static long? Bytes(ArgumentResult result)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        string digits = text.TrimEnd([.. "KkMmGgBb"]), unit = text[digits.Length..].ToUpperInvariant();
        long scale = unit switch { "" or "B" => 1, "KB" or "K" => 1000, "MB" or "M" => 1_000_000, "GB" or "G" => 1_000_000_000, _ => 0 };
        if (scale > 0 && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number * scale is >= 1 and < 1e15)
            return (long)(number * scale);
        result.AddError($"--max-shard-size is '{Shown.Short(text)}'; a size such as 5GB or 500MB is needed.");
        return null;
    }
}
