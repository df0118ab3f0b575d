using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Weights;

/// <summary>
/// A whole model, wherever its parts lie: in a folder of the Hugging Face layout (<see cref="ModelFolder"/>), or in one file. Each part has its
/// config and its weights under the same names, so that who loads a model need not know where it came from.
/// </summary>
public abstract class ModelSource
{
    private protected ModelSource(string path) => Path = path;

    /// <summary>The folder or the file, as it was given.</summary>
    public string Path { get; }

    /// <summary>What the model is called: its folder's name, a file's without extension, and of a hub's cache the name on the hub.</summary>
    public string Name
    {
        get
        {
            string full = System.IO.Path.GetFullPath(Path).TrimEnd(System.IO.Path.DirectorySeparatorChar);
            DirectoryInfo? above = Directory.GetParent(full), root = above?.Parent;
            if (above?.Name == "snapshots" && root is not null && root.Name.StartsWith("models--", StringComparison.Ordinal))
                return root.Name.Split("--")[^1];
            return File.Exists(full) ? System.IO.Path.GetFileNameWithoutExtension(full) : System.IO.Path.GetFileName(full);
        }
    }

    /// <summary>The pipeline's class, such as <c>StableDiffusionPipeline</c>; null where nothing says so.</summary>
    public abstract string? ClassName { get; }

    /// <summary>The parts' names: <c>unet</c>, <c>vae</c>, <c>text_encoder</c>, <c>tokenizer</c>, <c>scheduler</c> ...</summary>
    public abstract IReadOnlyCollection<string> Names { get; }

    /// <summary>Opens a model: a folder in the Hugging Face layout, or a single file in the original one.</summary>
    /// <param name="path">The folder or the file.</param>
    /// <param name="options">What a single file does not tell; a folder needs none of it.</param>
    /// <exception cref="PareidoliaException">It is missing or broken, or nothing that is known here.</exception>
    public static ModelSource Open(string path, SingleFileOptions? options = null) =>
        File.Exists(path) ? new SingleFileModel(path, options) : new ModelFolder(path);

    /// <summary>Whether it has a part.</summary>
    public bool Has(string name) => Names.Contains(name);

    /// <summary>Opens a part, such as <c>unet</c>: reads its config.</summary>
    /// <exception cref="PareidoliaException">The model does not have it, or it is broken.</exception>
    public ModelComponent Component(string name) => Find(name).Held(name == "unet" ? Holding : Holding.OtherThanUNet);

    /// <summary>How the weights of its parts are held once they are loaded.</summary>
    public WeightHolding Holding { get; set; } = new();

    private protected abstract ModelComponent Find(string name);
}
