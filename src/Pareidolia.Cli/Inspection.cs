using Pareidolia.Weights;

namespace Pareidolia.Cli;

/// <summary>What the weights of one part of a model come to.</summary>
/// <param name="Name">The part's folder, or the file's name.</param>
/// <param name="ClassName">What it is; null where nothing says so.</param>
/// <param name="Tensors">Its tensors; none for a part without weights, such as a tokenizer.</param>
/// <param name="FileBytes">All its files.</param>
internal sealed record InspectedPart(string Name, string? ClassName, IReadOnlyList<StoredTensor> Tensors, long FileBytes)
{
    /// <summary>Number of elements.</summary>
    public long Parameters => Tensors.Sum(tensor => tensor.Count);

    /// <summary>How they are stored, what most of them are first: <c>F16, F32</c>; a hyphen without tensors.</summary>
    public string Types => Tensors.Count == 0 ? "-" : string.Join(", ", Tensors.GroupBy(tensor => tensor.Type)
        .OrderByDescending(group => group.Sum(tensor => tensor.Count)).Select(group => group.Key.FormatName()));

    /// <summary>Bytes of the weights while they run: arithmetic is float32, whatever they are stored as.</summary>
    public long RunningBytes => Parameters * sizeof(float);

    /// <summary>One component of a model.</summary>
    public static InspectedPart Of(string name, ModelComponent component)
    {
        StoredTensor[] tensors = [];
        if (component.HasWeights)
        {
            using StoredWeights weights = component.OpenWeights();
            tensors = Entries(weights);
        }
        // Of a part inside of a file, what its tensors take there.
        long bytes = Directory.Exists(component.Folder)
            ? Directory.EnumerateFiles(component.Folder, "*", SearchOption.AllDirectories).Sum(Size)
            : File.Exists(component.Folder) ? tensors.Sum(tensor => tensor.Count * tensor.Type.Size()) : 0;
        return new InspectedPart(name, component.ClassName, tensors, bytes);
    }

    /// <summary>One file of weights, or the index of several.</summary>
    public static InspectedPart OfFile(string path)
    {
        using StoredWeights weights = StoredWeights.Open(path);
        return new InspectedPart(Path.GetFileName(path), null, Entries(weights), weights is SafetensorsShards shards
            ? shards.Files.Sum(file => Size(file.Path))
            : Size(path));
    }

    // Of a link, as a hub's cache is made of, the size of what it leads to.
    private static long Size(string path)
    {
        FileInfo file = new(path);
        return ((FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file).Length;
    }

    private static StoredTensor[] Entries(StoredWeights weights) => [.. weights.Names.Select(weights.Entry)];
}
