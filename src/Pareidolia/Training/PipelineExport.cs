using System.Text.Json;
using Pareidolia.Files;
using Pareidolia.Models;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Puts the parts of a text-to-image model together in the Hugging Face layout: the trained UNet beside copies of what it was trained with. Parts
/// that the layout does not know (upscaler, clip) lie beside them as further folders.
/// </summary>
internal static class PipelineExport
{
    private static readonly (string Input, string Folder)[] s_copied =
        [("vae", "vae"), ("text_encoder", "text_encoder"), ("tokenizer", "tokenizer"), ("upscaler", "upscaler"), ("clip", ClipFolder)];

    private const string ClipFolder = "clip";

    /// <summary>Writes everything but <c>unet/</c> and, where the run has trained its own, <c>text_encoder/</c>.</summary>
    public static void Write(string folder, Recipe recipe, bool ownTextEncoder = false)
    {
        using JsonDocument document = JsonDocument.Parse(recipe.Text);
        foreach ((string input, string name) in s_copied.Where(part => !ownTextEncoder || part.Input is not ("text_encoder" or ClipFolder)))
            if (recipe.Section("inputs").Text(input) is string source)
                Copy(recipe.Beside(source), Path.Combine(folder, name));
        if (ownTextEncoder)
            CopyWholeClip(recipe, Path.Combine(folder, ClipFolder));
        else
            LeaveTextTower(Path.Combine(folder, ClipFolder), Path.Combine(folder, "text_encoder"));
        WriteObject(Path.Combine(folder, "scheduler", "scheduler_config.json"), document.RootElement.GetProperty("scheduler"));
        if (document.RootElement.TryGetProperty("defaults", out JsonElement defaults))
            WriteObject(Path.Combine(folder, "pareidolia.json"), defaults);
        WriteIndex(Path.Combine(folder, "model_index.json"), recipe.Section("scheduler").Text("_class_name")!);
    }

    /// <summary>Copies the files of an input's folder.</summary>
    public static void Copy(string source, string target)
    {
        if (!Directory.Exists(source))
            throw new PareidoliaException($"The recipe's input folder '{source}' does not exist; train that part first.");
        Directory.CreateDirectory(target);
        foreach (string file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
    }

    // Its text tower may lie in the text encoder's folder, which is another's now.
    private static void CopyWholeClip(Recipe recipe, string target)
    {
        if (recipe.Section("inputs").Text(ClipFolder) is not string source)
            return;
        Copy(recipe.Beside(source), target);
        using Pretrained<ClipModel> clip = ClipModel.Load(recipe.Beside(source));
        clip.Model.Save(target, clip.Weights, SafetensorsType.F16);
    }

    // The text tower of CLIP is the text encoder, whose folder lies beside: once is enough.
    private static void LeaveTextTower(string clip, string textEncoder)
    {
        string weights = Path.Combine(clip, ModelStorage.TransformersWeights);
        if (!File.Exists(weights) || !Directory.Exists(textEncoder))
            return;
        using SafetensorsFile file = new(weights);
        IEnumerable<SafetensorsEntry> kept = file.Entries.Where(entry => !entry.Name.StartsWith(ClipModel.TextTower, StringComparison.Ordinal));
        SafetensorsWriter.Write(
            weights, kept.Select(entry => new SafetensorsSource(entry.Name, entry.Type, [.. entry.Shape], stream => stream.Write(file.Bytes(entry.Name)))));
    }

    private static void WriteObject(string path, JsonElement element) => WriteJson(path, element.WriteTo);

    private static void WriteIndex(string path, string scheduler) => WriteJson(path, json =>
    {
        json.WriteStartObject();
        json.WriteString("_class_name", "StableDiffusionPipeline");
        foreach ((string part, string library, string type) in (ReadOnlySpan<(string, string, string)>)
            [
                ("scheduler", "diffusers", scheduler), ("text_encoder", "transformers", "CLIPTextModel"), ("tokenizer", "transformers", "CLIPTokenizer"),
                ("unet", "diffusers", "UNet2DConditionModel"), ("vae", "diffusers", "AutoencoderKL"),
            ])
        {
            json.WriteStartArray(part);
            json.WriteStringValue(library);
            json.WriteStringValue(type);
            json.WriteEndArray();
        }
        foreach (string absent in (ReadOnlySpan<string>)["feature_extractor", "safety_checker"])
        {
            json.WriteStartArray(absent);
            json.WriteNullValue();
            json.WriteNullValue();
            json.WriteEndArray();
        }
        json.WriteBoolean("requires_safety_checker", false);
        json.WriteEndObject();
    });

    /// <summary>Writes a JSON file, indented; its folder is made where it is missing.</summary>
    public static void WriteJson(string path, Action<Utf8JsonWriter> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, stream =>
        {
            using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
            write(json);
        });
    }
}
