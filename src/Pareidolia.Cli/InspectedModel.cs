using System.Globalization;
using Pareidolia.Pipelines;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Cli;

/// <summary>What a model folder, a single part or a file of weights holds.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="ClassName">Its class; null where nothing says so.</param>
/// <param name="Family">What kind of model or file it is; null where that is not known.</param>
/// <param name="Parts">Its networks and the rest.</param>
/// <param name="Unclaimed">Tensors of a single file that belong to no part.</param>
/// <param name="Size">The picture that the forecast is for.</param>
/// <param name="Forecast">What a picture takes; null for what draws none.</param>
internal sealed record InspectedModel(
    string Path, string? ClassName, string? Family, IReadOnlyList<InspectedPart> Parts, IReadOnlyList<string> Unclaimed, PictureSize Size,
    MemoryForecast? Forecast)
{
    private const int UsualCells = 64;

    private static readonly string[] s_vocabularies = ["vocab.json", "vocab.txt", "tokenizer.json"];

    /// <summary>Looks at what a path names.</summary>
    /// <exception cref="PareidoliaException">It is broken, or nothing that is known.</exception>
    public static InspectedModel Open(string path, PictureSize? size)
    {
        if (File.Exists(path))
            return OpenFile(path, size);
        if (RandomModel.IsNamed(path))
        {
            RandomModel random = new(path);
            return Whole(random, FamilyOf(random), [], size, []);
        }
        if (!File.Exists(System.IO.Path.Combine(path, "model_index.json")))
            return OpenParts(path);
        ModelFolder folder = new(path);
        // Parts that only this program knows stand beside those of the index.
        return Whole(folder, FamilyOf(folder), [], size, PartsIn(path, name => !folder.Has(name)));
    }

    /// <summary>How the weights are stored: <c>F16</c>, or <c>mixed: F16 99.2 %, F32 0.8 %</c>.</summary>
    public static string Precision(IReadOnlyList<InspectedPart> parts)
    {
        // Whole numbers are ids and counters, which have no precision.
        StoredTensor[] tensors = [.. parts.SelectMany(part => part.Tensors).Where(tensor => tensor.Type.FormatName() is ['F' or 'B', .., _] && tensor.Type != SafetensorsType.Bool)];
        double all = tensors.Sum(tensor => tensor.Count);
        (string Name, double Count)[] types = [.. tensors.GroupBy(tensor => tensor.Type)
            .Select(group => (group.Key.FormatName(), (double)group.Sum(tensor => tensor.Count))).OrderByDescending(row => row.Item2)];
        return types.Length switch
        {
            0 => "none",
            1 => types[0].Name,
            _ => $"mixed: {string.Join(", ", types.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Name} {100 * row.Count / all:0.##} %")))}",
        };
    }

    // One part, or parts and files of weights that no index names.
    private static InspectedModel OpenParts(string path)
    {
        if (IsPart(path))
            return Single(path, InspectedPart.Of(NameOf(path), new ModelComponent(path)), null);
        string[] files = Directory.GetFiles(path, "*.safetensors");
        InspectedPart[] parts = [.. PartsIn(path, _ => true), .. files.Order(StringComparer.Ordinal).Select(InspectedPart.OfFile)];
        return parts.Length > 0 ? new InspectedModel(path, null, null, parts, [], default, null) : throw new PareidoliaException(
            $"'{path}' holds no model: a folder with model_index.json, a part's folder with config.json, parts of that kind, or files of weights are needed.");
    }

    private static IEnumerable<InspectedPart> PartsIn(string path, Func<string, bool> counts) => Directory.GetDirectories(path).Where(IsPart)
        .Where(part => counts(NameOf(part))).Order(StringComparer.Ordinal).Select(part => InspectedPart.Of(NameOf(part), new ModelComponent(part)));

    // A tokenizer may have no more than its vocabulary.
    private static bool IsPart(string folder) => new ModelComponent(folder) is { HasWeights: true } or { Config.Keys.Count: > 0 }
        || s_vocabularies.Any(name => File.Exists(System.IO.Path.Combine(folder, name)));

    private static string NameOf(string folder) => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder)));

    private static InspectedModel OpenFile(string path, PictureSize? size)
    {
        using (StoredWeights weights = StoredWeights.Open(path))
            if (!SingleFileModel.IsModel(weights))
                return Single(path, InspectedPart.OfFile(path), SingleFileModel.Describe(weights));
        SingleFileModel model = new(path);
        return Whole(model, model.Family, model.Unclaimed, size, []);
    }

    private static InspectedModel Single(string path, InspectedPart part, string? family) => new(path, null, family, [part], [], default, null);

    private static InspectedModel Whole(
        ModelSource model, string? family, IReadOnlyList<string> unclaimed, PictureSize? asked, IEnumerable<InspectedPart> others)
    {
        InspectedPart[] parts = [.. model.Names.Select(name => InspectedPart.Of(name, model.Component(name))), .. others];
        PictureSize size = asked ?? OwnSize(model);
        MemoryForecast? forecast = size.Width > 0 && size.Height > 0 ? MemoryForecast.Of(model, size.Width, size.Height) : null;
        return new InspectedModel(model.Path, model.ClassName, family, parts, unclaimed, size, forecast);
    }

    // What a published folder's configs say about its origin.
    private static string? FamilyOf(ModelSource folder)
    {
        if (!folder.Has("unet"))
            return null;
        JsonConfig unet = folder.Component("unet").Config;
        string? family = unet.Text("addition_embed_type") == "text_time"
            ? folder.Has("text_encoder") ? "Stable Diffusion XL" : "Stable Diffusion XL refiner"
            : unet.Has("cross_attention_dim") ? unet.Ints("cross_attention_dim")[0] switch
            {
                768 => "Stable Diffusion 1",
                1024 => "Stable Diffusion 2",
                _ => "Stable Diffusion of its own size",
            }
            : null;
        string inputs = unet.Int("in_channels", 4) switch { 9 => ", inpainting", 8 => ", instruct-pix2pix", _ => "" };
        bool velocity = folder.Has("scheduler") && folder.Component("scheduler").Config.Text("prediction_type") == "v_prediction";
        return family is null ? null : family + inputs + (velocity ? ", v-prediction" : "");
    }

    private static PictureSize OwnSize(ModelSource model)
    {
        if (!model.Has("unet"))
            return default;
        string settings = System.IO.Path.Combine(model.Path, "pareidolia.json");
        if (File.Exists(settings) && JsonConfig.Load(settings).Ints("size", []) is [int width, ..] size)
            return new PictureSize(width, size[^1]);
        JsonConfig unet = model.Component("unet").Config;
        int cells = unet.Has("sample_size") ? unet.Ints("sample_size")[0] : UsualCells;
        int side = model.Has("vae") ? cells << (model.Component("vae").Config.Ints("block_out_channels", [1]).Count - 1) : cells;
        return new PictureSize(side, side);
    }
}
