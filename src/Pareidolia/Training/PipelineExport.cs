using System.Text.Json;
using Pareidolia.Files;
using Pareidolia.Models;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Puts the parts of a text-to-image model together in the Hugging Face layout: the trained network beside copies of what it was trained with. Parts
/// that the layout does not know (upscaler, clip) lie beside them as further folders.
/// </summary>
internal static class PipelineExport
{
    private static readonly (string Input, string Folder)[] s_copied =
        [("vae", "vae"), ("text_encoder", "text_encoder"), ("tokenizer", "tokenizer"), ("upscaler", "upscaler"), ("clip", ClipFolder)];

    private const string ClipFolder = "clip";
    private const string Index = "model_index.json";

    /// <summary>
    /// Writes everything but <c>unet/</c> and, where the run has trained its own, <c>text_encoder/</c>. A model without an autoencoder denoises pixels, which
    /// its class says.
    /// </summary>
    public static void Write(string folder, Recipe recipe, bool ownTextEncoder = false)
    {
        using JsonDocument document = JsonDocument.Parse(recipe.Text);
        foreach ((string input, string name) in s_copied.Where(part => !ownTextEncoder || part.Input is not ("text_encoder" or ClipFolder)))
            if (recipe.Section("inputs").Text(input) is string source)
                CopyPart(recipe, recipe.Beside(source), Path.Combine(folder, name), input);
        if (ownTextEncoder)
            CopyWholeClip(recipe, Path.Combine(folder, ClipFolder));
        else
            LeaveTextTower(Path.Combine(folder, ClipFolder), Path.Combine(folder, "text_encoder"));
        WriteObject(Path.Combine(folder, "scheduler", "scheduler_config.json"), document.RootElement.GetProperty("scheduler"));
        if (document.RootElement.TryGetProperty("defaults", out JsonElement defaults))
            WriteObject(Path.Combine(folder, "pareidolia.json"), defaults);
        (bool latent, bool t5) = (recipe.Section("inputs").Has("vae"), HasT5(recipe));
        WriteIndex(folder, latent ? "StableDiffusionPipeline" : "PixelDiffusionPipeline",
        [
            ("scheduler", "diffusers", recipe.Section("scheduler").Text("_class_name")!), ("text_encoder", "transformers", t5 ? nameof(T5EncoderModel) : "CLIPTextModel"),
            ("tokenizer", "transformers", t5 ? "T5TokenizerFast" : "CLIPTokenizer"), ("unet", "diffusers", nameof(UNet2DConditionModel)),
            .. latent ? [("vae", "diffusers", "AutoencoderKL")] : Array.Empty<(string, string, string)>(),
        ]);
    }

    /// <summary>
    /// Copies a whole model and names further parts in its index: the networks of later stages, whose folders the caller fills, and the scheduler of
    /// each from the recipe.
    /// </summary>
    /// <param name="folder">Where it goes.</param>
    /// <param name="source">The model that is extended.</param>
    /// <param name="recipe">The recipe that trained the new part.</param>
    /// <param name="className">The pipeline's class with them.</param>
    /// <param name="network">The network's folder and class.</param>
    /// <param name="scheduler">The scheduler's folder.</param>
    public static void Extend(string folder, string source, Recipe recipe, string className, (string Folder, string Class) network, string scheduler)
    {
        ModelFolder model = new(source);
        foreach (string part in Directory.GetDirectories(source))
            Copy(part, Path.Combine(folder, Path.GetFileName(part)));
        string settings = Path.Combine(source, "pareidolia.json");
        using JsonDocument document = JsonDocument.Parse(recipe.Text);
        WriteObject(Path.Combine(folder, scheduler, "scheduler_config.json"), document.RootElement.GetProperty("scheduler"));
        WriteSettings(Path.Combine(folder, "pareidolia.json"), File.Exists(settings) ? JsonConfig.Load(settings) : null, recipe.Json.Section("defaults"));
        WriteIndex(folder, className,
        [
            .. model.Names.Select(name => (name, model.Index.Texts(name)[0], model.Index.Texts(name)[1])),
            (network.Folder, "pareidolia", network.Class), (scheduler, "diffusers", recipe.Section("scheduler").Text("_class_name")!),
        ]);
    }

    /// <summary>
    /// Writes the index of the pictures that a model was trained on, where a CLIP that can look at them lies beside it; unless the recipe says
    /// <c>"index": false</c>.
    /// </summary>
    public static void AddIndex(string folder, Recipe recipe, PictureSet pictures)
    {
        string clip = Path.Combine(folder, ClipFolder);
        if (!recipe.Json.Bool("index", true) || !Directory.Exists(clip))
            return;
        using Pretrained<ClipModel> model = ClipModel.Load(clip);
        PictureIndexing.Of(model.Model, pictures).Save(folder);
    }

    /// <summary>Tokens that a T5 among the recipe's inputs reads; null for what its tokenizer says.</summary>
    public static int? T5Length(Recipe recipe) => recipe.Json.Has("text_length") ? recipe.Json.Int("text_length") : null;

    private static bool HasT5(Recipe recipe) =>
        recipe.Section("inputs").Text("text_encoder") is string encoder && T5EncoderModel.IsIn(new ModelComponent(recipe.Beside(encoder)));

    // Of a T5 only the half that reads goes along, and beside its tokenizer how much of a prompt is read.
    private static void CopyPart(Recipe recipe, string source, string target, string input)
    {
        if (input == "text_encoder" && HasT5(recipe))
        {
            using Pretrained<T5EncoderModel> t5 = T5EncoderModel.Load(source);
            t5.Model.Save(target, t5.Weights, SafetensorsType.F16);
        }
        else if (input == "tokenizer" && HasT5(recipe))
        {
            UnigramVocabulary.Load(source).Save(target);
            int length = T5Length(recipe) ?? T5EncoderModel.LengthIn(new ModelComponent(source));
            WriteJson(Path.Combine(target, "tokenizer_config.json"), json =>
            {
                json.WriteStartObject();
                json.WriteString("tokenizer_class", "T5TokenizerFast");
                json.WriteNumber("model_max_length", length);
                json.WriteEndObject();
            });
        }
        else
            Copy(source, target);
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

    // The new part's recommendations count before those of the model that it joins.
    private static void WriteSettings(string path, JsonConfig? earlier, JsonConfig? own)
    {
        JsonConfig empty = JsonConfig.Parse("{}", path);
        WriteJson(path, (own ?? empty).Over(earlier ?? empty).WriteTo);
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

    private static void WriteIndex(string folder, string className, IReadOnlyList<(string Part, string Library, string Class)> parts) =>
        WriteJson(Path.Combine(folder, Index), json =>
        {
            json.WriteStartObject();
            json.WriteString("_class_name", className);
            foreach ((string part, string library, string type) in parts.OrderBy(part => part.Part, StringComparer.Ordinal))
                WritePair(json, part, library, type);
            foreach (string absent in (ReadOnlySpan<string>)["feature_extractor", "safety_checker"])
                WritePair(json, absent, null, null);
            json.WriteBoolean("requires_safety_checker", false);
            json.WriteEndObject();
        });

    private static void WritePair(Utf8JsonWriter json, string name, string? library, string? type)
    {
        json.WriteStartArray(name);
        json.WriteStringValue(library);
        json.WriteStringValue(type);
        json.WriteEndArray();
    }
}
