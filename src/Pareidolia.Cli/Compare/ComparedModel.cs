using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Cli.Compare;

/// <summary>A text-to-image model of any kind, as a comparison sees it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Kind">The class that its index names.</param>
/// <param name="Parameters">Numbers that it learned, of all networks that draw.</param>
/// <param name="Draw">One picture of a prompt, a style (null for the model's own) and a seed, by the settings that its author recommends.</param>
/// <param name="Owned">What is released with it.</param>
internal sealed record ComparedModel(string Name, string Kind, long Parameters, Func<string, string?, ulong, Image> Draw, IDisposable Owned) : IDisposable
{
    private const string Index = "model_index.json";

    // A run's folder holds its model one level below: runs/NAME/model.
    private const int Depth = 2;

    /// <summary>The model folders at or below a folder, in the order of their names.</summary>
    /// <exception cref="PareidoliaException">There are none.</exception>
    public static IReadOnlyList<string> FoldersIn(string folder)
    {
        if (!Directory.Exists(folder))
            throw new PareidoliaException($"There is no folder '{folder}' to look for models in.");
        string[] found = [.. Below(folder, Depth).Order(StringComparer.Ordinal)];
        return found.Length > 0 ? found : throw new PareidoliaException($"'{folder}' holds no model: a folder with {Index} is needed in it, or up to {Depth} folders below.");
    }

    /// <summary>Loads a model; null for a kind that draws by no network that is known here.</summary>
    /// <exception cref="PareidoliaException">It is broken.</exception>
    public static ComparedModel? Open(string folder)
    {
        if (GanPipeline.IsAt(folder))
            return OfGan(folder);
        ModelFolder model = new(folder);
        if (!model.Has("unet"))
            return null;
        StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(model);
        return new ComparedModel(NameOf(folder), model.ClassName ?? "no class", pipeline.Parameters, (prompt, style, seed) =>
            pipeline.Generate(pipeline.Defaults with { Prompt = pipeline.Settings.Styled(prompt, style), Seed = seed })[0], pipeline);
    }

    /// <summary>What a model's folder is called: that of its run where it lies in one.</summary>
    public static string NameOf(string folder)
    {
        DirectoryInfo own = new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return own.Name == "model" && own.Parent is not null ? own.Parent.Name : own.Name;
    }

    /// <inheritdoc/>
    public void Dispose() => Owned.Dispose();

    private static ComparedModel OfGan(string folder)
    {
        GanPipeline gan = GanPipeline.Load(folder);
        return new ComparedModel(NameOf(folder), nameof(GanPipeline), gan.ParameterCount, (prompt, _, seed) => gan.Generate([prompt], [seed])[0], gan);
    }

    private static IEnumerable<string> Below(string folder, int depth)
    {
        if (File.Exists(Path.Combine(folder, Index)))
            return [folder];
        return depth == 0 ? [] : Directory.GetDirectories(folder).SelectMany(inner => Below(inner, depth - 1));
    }
}
