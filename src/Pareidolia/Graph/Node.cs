using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;

namespace Pareidolia.Graph;

/// <summary>
/// A kind of node: what it takes, what it gives, what it does. It has no state; nodes of one kind in a graph share it. How to add one:
/// docs/adding-a-node.md.
/// </summary>
/// <param name="Class">The name by which graphs call it: ComfyUI's class.</param>
/// <param name="Title">What people see.</param>
/// <param name="Category">Where it stands in menus, with / between levels.</param>
/// <param name="Description">What it does, in a sentence.</param>
internal abstract record Node(string Class, string Title, string Category, string Description)
{
    /// <summary>What it takes, in the order in which front ends show it.</summary>
    public abstract IReadOnlyList<Input> Inputs { get; }

    /// <summary>What it gives.</summary>
    public abstract IReadOnlyList<Output> Outputs { get; }

    /// <summary>Whether a graph runs for its sake.</summary>
    public virtual bool IsOutput => false;

    /// <summary>Whether it writes the graph into its files, so that front ends should send it.</summary>
    public virtual bool WritesGraph => false;

    /// <summary>What besides its inputs decides what it gives, such as the date of a file; it runs again when this changes.</summary>
    public virtual string Fingerprint(Arguments inputs, GraphFolders folders) => "";

    /// <summary>Does its work. Tensors that it makes belong to a scope that ends with it; what it gives out is kept.</summary>
    /// <exception cref="PareidoliaException">It cannot; the message says why.</exception>
    public abstract NodeResult Run(Arguments inputs, NodeRun run);

    /// <summary>What it takes by name; null for what it does not.</summary>
    public Input? Find(string name) => Inputs.FirstOrDefault(input => input.Name == name);

    /// <summary>A file's size and the moment of its last change.</summary>
    protected static string Stamp(string? path) =>
        File.Exists(path) ? $"{path}|{new FileInfo(path).Length}|{File.GetLastWriteTimeUtc(path).Ticks}" : $"{path}";
}
