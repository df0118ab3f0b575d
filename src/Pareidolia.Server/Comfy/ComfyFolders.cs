using Pareidolia.Graph;
using Pareidolia.Hub;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Comfy;

/// <summary>Where the graphs of a studio find and write files.</summary>
internal static class ComfyFolders
{
    /// <summary>Folders below the studio's own, and the models that it was given.</summary>
    public static GraphFolders Of(StudioOptions options, DataFolder data)
    {
        string root = Path.Combine(data.Path, "graphs"), temporary = Path.Combine(root, "temp");
        // What was only looked at is of no use after a start.
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
        GraphFolders folders = new(Path.Combine(root, "input"), Path.Combine(root, "output"), temporary, options.ModelsFolder)
        {
            Tokenizer = new HubCache(HubSettings.FromEnvironment().CacheFolder).FindTokenizer(),
        };
        foreach (string model in options.Models)
            folders.AddCheckpoint(Path.GetFileName(Path.TrimEndingDirectorySeparator(model)), model);
        Add(ModelFolders.Loras, options.Loras);
        Add(ModelFolders.Embeddings, options.Embeddings);
        Add(ModelFolders.Upscalers, options.Upscalers);
        Add(ModelFolders.ControlNets, options.ControlNets);
        return folders;

        void Add(string kind, string? folder)
        {
            if (folder is not null)
                folders.AddFolder(kind, folder);
        }
    }
}
