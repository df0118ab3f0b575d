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
            return Single(path, InspectedPart.Of(System.IO.Path.GetFileName(System.IO.Path.GetFullPath(path)), new ModelComponent(path)), null);
        ModelFolder folder = new(path);
        // Parts that only this program knows stand beside those of the index.
        IEnumerable<string> others = Directory.GetDirectories(path).Where(part => File.Exists(System.IO.Path.Combine(part, "config.json")))
            .Select(part => System.IO.Path.GetFileName(part)).Where(name => !folder.Has(name)).Order(StringComparer.Ordinal);
        return Whole(folder, FamilyOf(folder), [], size,
            others.Select(name => InspectedPart.Of(name, new ModelComponent(System.IO.Path.Combine(path, name)))));
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
