using System.Text.Json;
using Pareidolia.Files;

namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// Writes a model in the other layout, or in the same one with other types. Where the types stay, so does every bit of every tensor.
/// </summary>
public static class ModelConversion
{
    private static readonly JsonWriterOptions s_indented = new() { Indented = true };

    /// <summary>Writes a folder in the Hugging Face layout, <c>model_index.json</c> last.</summary>
    /// <exception cref="PareidoliaException">The folder has content and may not be written over, or the model is broken.</exception>
    public static void ToFolder(ModelSource model, string folder, ConversionOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        if (!options.Overwrite && (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())))
            throw new PareidoliaException($"'{folder}' is there already and has content; --force writes over it.");
        RequireOther(model.Path, folder);
        foreach (string name in model.Names)
            WritePart(model.Component(name), name, Path.Combine(folder, name), options);
        AtomicFile.Write(Path.Combine(folder, "model_index.json"), stream => WriteIndex(stream, model));
    }

    /// <summary>Writes a single file in the original layout, which holds the networks and neither vocabulary nor settings.</summary>
    /// <exception cref="PareidoliaException">The file is there and may not be written over, or the model has no such layout.</exception>
    public static void ToFile(ModelSource model, string path, ConversionOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        if (Directory.Exists(path) || (!options.Overwrite && File.Exists(path)))
            throw new PareidoliaException($"'{path}' is there already; --force writes over a file.");
        RequireOther(model.Path, path);
        if (model is SingleFileModel)
            CopyFile(model.Path, path, options.Type);
        else
            OriginalLayout.Write(model, path, options.Type);
    }

    /// <summary>A tensor as it is written.</summary>
    internal static SafetensorsSource Source(StoredWeights weights, string name, SafetensorsType? wanted)
    {
        StoredTensor tensor = weights.Entry(name);
        bool changes = wanted is not null && wanted != tensor.Type
            && tensor.Type is SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32 or SafetensorsType.F64;
        return new SafetensorsSource(name, changes ? wanted!.Value : tensor.Type, tensor.Shape, stream =>
        {
            if (!changes)
            {
                stream.Write(weights.Bytes(name));
                return;
            }
            using Tensors.Tensor values = Tensors.Scope.Detach(TensorFiles.Read(weights, name));
            stream.Write(TensorFiles.Bytes(values, wanted!.Value));
        });
    }

    private static void RequireOther(string from, string to)
    {
        if (Path.GetFullPath(from) == Path.GetFullPath(to))
            throw new PareidoliaException($"'{to}' is the model itself; name another place to write to.");
    }

    // Averages of weights beside the weights are of no use to who draws pictures.
    private static void CopyFile(string from, string to, SafetensorsType? type)
    {
        using StoredWeights weights = StoredWeights.Open(from);
        SafetensorsWriter.Write(to, weights.Names.Where(name => !name.StartsWith("model_ema.", StringComparison.Ordinal)).Select(name => Source(weights, name, type)));
    }

    private static void WritePart(ModelComponent part, string name, string folder, ConversionOptions options)
    {
        MakeFolder(folder);
        if (name.StartsWith("tokenizer", StringComparison.Ordinal))
        {
            CopyTokenizer(part, folder);
            return;
        }
        string config = name switch { "scheduler" => "scheduler_config.json", "feature_extractor" => "preprocessor_config.json", _ => "config.json" };
        AtomicFile.Write(Path.Combine(folder, config), stream => WriteConfig(stream, part.Config));
        if (!part.HasWeights)
            return;
        using StoredWeights weights = part.OpenWeights();
        string stem = part.ClassName?.StartsWith("CLIP", StringComparison.Ordinal) == true ? "model" : "diffusion_pytorch_model";
        ShardedWriter.Write(folder, stem, [.. weights.Names.Select(tensor => Source(weights, tensor, options.Type))], options.LargestShard);
    }

    private static void CopyTokenizer(ModelComponent part, string folder)
    {
        if (!Directory.Exists(part.Folder))
            throw new PareidoliaException($"The tokenizer '{part.Folder}' is no folder; one with vocab.json and merges.txt is needed.");
        foreach (string file in Directory.GetFiles(part.Folder).Where(file => Path.GetExtension(file) is ".json" or ".txt"))
            AtomicFile.Write(Path.Combine(folder, Path.GetFileName(file)), stream => stream.Write(File.ReadAllBytes(file)));
        if (part.PadToken is null)
            return;
        JsonConfig padding = JsonConfig.Parse($$"""{"pad_token": "{{part.PadToken}}"}""", part.Folder);
        foreach (string name in (string[])["tokenizer_config.json", "special_tokens_map.json"])
        {
            string path = Path.Combine(folder, name);
            JsonConfig config = File.Exists(path) ? padding.Over(JsonConfig.Load(path)) : padding;
            AtomicFile.Write(path, stream => WriteConfig(stream, config));
        }
    }

    private static void WriteConfig(Stream stream, JsonConfig config)
    {
        using Utf8JsonWriter json = new(stream, s_indented);
        config.WriteTo(json);
    }

    private static void WriteIndex(Stream stream, ModelSource model)
    {
        using Utf8JsonWriter json = new(stream, s_indented);
        json.WriteStartObject();
        json.WriteString("_class_name", model.ClassName ?? "StableDiffusionPipeline");
        foreach (string name in model.Names)
        {
            string className = model.Component(name).ClassName ?? "";
            json.WriteStartArray(name);
            json.WriteStringValue(className.StartsWith("CLIP", StringComparison.Ordinal) ? "transformers" : "diffusers");
            json.WriteStringValue(className);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot make the folder '{folder}': {error.Message}", error);
        }
    }
}
