using Pareidolia.Server.Models;
using Pareidolia.Training;
using Pareidolia.Weights;

namespace Pareidolia.Server.Train;

/// <summary>The recipes of a folder, by name: <c>emoji/diffusion</c> is <c>diffusion.json</c> in <c>emoji</c>.</summary>
internal sealed class RecipeShelf(StudioOptions options)
{
    /// <summary>The names.</summary>
    public IEnumerable<string> Names => Files().Keys;

    /// <summary>All of them, as clients see them.</summary>
    public IEnumerable<RecipeView> Views => Files().Select(file => Read(file.Key, file.Value)).OfType<RecipeView>();

    /// <summary>A recipe and the kind of its trainer.</summary>
    /// <exception cref="Refusal">There is none, or it is of a kind that cannot be trained here.</exception>
    public (Recipe Recipe, string Kind) Find(string name)
    {
        if (!Files().TryGetValue(name, out string? file))
            throw Refusal.Bad($"There is no recipe '{Refusal.Short(name)}'; there are {string.Join(", ", Names)}.", "recipe");
        Recipe recipe = Recipe.Load(file);
        string kind = recipe.Json.Text("kind", Path.GetFileNameWithoutExtension(file))!;
        return options.Trainers.ContainsKey(kind) ? (recipe, kind)
            : throw Refusal.Bad($"The recipe '{name}' is of kind '{kind}'; {string.Join(", ", options.Trainers.Keys)} can be trained.", "recipe");
    }

    private SortedDictionary<string, string> Files()
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        if (options.Recipes is not string folder || !Directory.Exists(folder))
            return files;
        foreach (string file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories))
            files[Path.ChangeExtension(Path.GetRelativePath(folder, file).Replace('\\', '/'), null)] = file;
        return files;
    }

    private static RecipeView? Read(string name, string file)
    {
        try
        {
            JsonConfig json = JsonConfig.Load(file);
            return new RecipeView(name, json.Text("kind", Path.GetFileNameWithoutExtension(file))!, json.Int("steps", 0), json.Int("batch", 0));
        }
        catch (PareidoliaException)
        {
            return null;
        }
    }
}

/// <summary>A recipe.</summary>
internal sealed record RecipeView(string Name, string Kind, int Steps, int Batch);
