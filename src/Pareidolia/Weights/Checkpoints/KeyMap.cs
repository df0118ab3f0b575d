namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// The names of one network in two layouts, the original one and that of diffusers. A row names a module in both; what stands behind the
/// module's name (<c>.weight</c>, a whole subtree) is the same in both. The longest name that fits counts.
/// </summary>
internal sealed class KeyMap
{
    private readonly Dictionary<string, Row> _byOriginal = [];
    private readonly Dictionary<string, Row> _byDiffusers = [];
    private readonly List<(string Original, string[] Diffusers)> _fused = [];

    private sealed record Row(string Original, string Diffusers, ViewForm ToDiffusers, ViewForm ToOriginal);

    /// <summary>Adds a module, or a single tensor.</summary>
    public void Add(string original, string diffusers, ViewForm toDiffusers = ViewForm.Same)
    {
        Row row = RowOf(original, diffusers, toDiffusers);
        _byOriginal.Add(original, row);
        _byDiffusers.Add(diffusers, row);
    }

    /// <summary>Adds a name that old files of the original layout have; it is never written.</summary>
    public void AddOldOriginal(string original, string diffusers) => _byOriginal.Add(original, RowOf(original, diffusers, ViewForm.Same));

    /// <summary>Adds a name that old files of diffusers have; it is never written.</summary>
    public void AddOldDiffusers(string original, string diffusers, ViewForm toDiffusers) =>
        _byDiffusers.Add(diffusers, RowOf(original, diffusers, toDiffusers));

    /// <summary>Adds a tensor that holds several of diffusers' along its first axis.</summary>
    public void AddFused(string original, params string[] diffusers) => _fused.Add((original, diffusers));

    /// <summary>Diffusers' tensors that follow from these names of the original layout.</summary>
    public Dictionary<string, TensorView> ToDiffusers(IReadOnlyCollection<string> originals)
    {
        Dictionary<string, TensorView> views = [];
        foreach (string name in originals)
            if (Find(_byOriginal, name) is (Row row, string end))
                views[row.Diffusers + end] = new TensorView([name], FormOf(row.ToDiffusers, end));
        HashSet<string> present = [.. originals];
        foreach ((string original, string[] parts) in _fused.Where(row => present.Contains(row.Original)))
            for (int i = 0; i < parts.Length; i++)
                views[parts[i]] = new TensorView([original], ViewForm.Same, i, parts.Length);
        return views;
    }

    /// <summary>Tensors of the original layout that follow from these names of diffusers'.</summary>
    public Dictionary<string, TensorView> ToOriginal(IReadOnlyCollection<string> diffusers)
    {
        Dictionary<string, TensorView> views = [];
        HashSet<string> rest = [.. diffusers];
        foreach ((string original, string[] parts) in _fused.Where(row => row.Diffusers.All(rest.Contains)))
        {
            views[original] = new TensorView(parts);
            rest.ExceptWith(parts);
        }
        foreach (string name in diffusers.Where(rest.Contains))
            if (Find(_byDiffusers, name) is (Row row, string end))
                views[row.Original + end] = new TensorView([name], FormOf(row.ToOriginal, end));
        return views;
    }

    private static Row RowOf(string original, string diffusers, ViewForm form) =>
        new(original, diffusers, form, form == ViewForm.AsLinear ? ViewForm.AsConvolution : form);

    // A form is about matrices: a module's bias keeps its shape.
    private static ViewForm FormOf(ViewForm form, string end) => end.EndsWith("bias", StringComparison.Ordinal) ? ViewForm.Same : form;

    private static (Row Row, string End)? Find(Dictionary<string, Row> rows, string name)
    {
        for (int end = name.Length; end > 0; end = name.LastIndexOf('.', end - 1))
            if (rows.TryGetValue(name[..end], out Row? row))
                return (row, name[end..]);
        return null;
    }
}
