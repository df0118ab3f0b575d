namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// The names of an RRDB network: BasicSR's, which count here; those of ESRGAN's first code, a list of numbered modules; and those of its second.
/// </summary>
internal static class UpscalerKeys
{
    private const string NumberedSign = "model.1.sub.0.RDB1.conv1.0.weight";
    private const string TrunkSign = "RRDB_trunk.0.RDB1.conv1.weight";
    private const string BasicSrSign = "body.0.rdb1.conv1.weight";

    // Modules of the numbered list before the first doubling.
    private const int Begun = 2;

    /// <summary>An RRDB network's weights under BasicSR's names; null where the file is another network's.</summary>
    /// <exception cref="PareidoliaException">A tensor belongs to no layer.</exception>
    public static StoredWeights? Rrdb(StoredWeights file)
    {
        if (file.Has(BasicSrSign))
            return file;
        return file.Has(NumberedSign) ? Mapped(file, Numbered(file.Has)) : file.Has(TrunkSign) ? Mapped(file, Trunk(file.Has)) : null;
    }

    /// <summary>Whether a file is a compact network with PReLU.</summary>
    public static bool IsCompact(StoredWeights file) => file.Has("body.0.weight") && file.Has("body.1.weight") && file.Entry("body.1.weight").Shape.Length == 1;

    private static MappedWeights Mapped(StoredWeights file, KeyMap map)
    {
        Dictionary<string, TensorView> views = map.ToDiffusers(file.Names);
        HashSet<string> claimed = [.. views.Values.SelectMany(view => view.Sources)];
        return file.Names.FirstOrDefault(name => !claimed.Contains(name)) is string lost
            ? throw new PareidoliaException($"'{file.Location}': {SafetensorsHeader.Shown(lost)} belongs to no layer of an ESRGAN upscaler; it is of a variant that is not known here.")
            : new MappedWeights(file, views);
    }

    // Each doubling is three modules: the repeated pixels, their convolution, its activation.
    private static KeyMap Numbered(Func<string, bool> has)
    {
        int blocks = Counted.Times(i => has($"model.1.sub.{i}.RDB1.conv1.0.weight"));
        // Behind the doublings stand two convolutions with an activation between.
        int last = Enumerable.Range(Begun, 64).LastOrDefault(i => has($"model.{i}.weight")), doublings = (last - Begun - 2) / 3;
        KeyMap map = new();
        map.Add("model.0", "conv_first");
        AddBlocks(map, blocks, (block, dense, conv) => $"model.1.sub.{block}.RDB{dense}.conv{conv}.0");
        map.Add($"model.1.sub.{blocks}", "conv_body");
        for (int i = 1; i <= doublings; i++)
            map.Add($"model.{3 * i}", $"conv_up{i}");
        map.Add($"model.{last - 2}", "conv_hr");
        map.Add($"model.{last}", "conv_last");
        return map;
    }

    private static KeyMap Trunk(Func<string, bool> has)
    {
        KeyMap map = new();
        map.Add("conv_first", "conv_first");
        AddBlocks(map, Counted.Times(i => has($"RRDB_trunk.{i}.RDB1.conv1.weight")), (block, dense, conv) => $"RRDB_trunk.{block}.RDB{dense}.conv{conv}");
        map.Add("trunk_conv", "conv_body");
        foreach (int i in Counted.While(i => has($"upconv{i + 1}.weight")))
            map.Add($"upconv{i + 1}", $"conv_up{i + 1}");
        map.Add("HRconv", "conv_hr");
        map.Add("conv_last", "conv_last");
        return map;
    }

    private static void AddBlocks(KeyMap map, int blocks, Func<int, int, int, string> original)
    {
        for (int block = 0; block < blocks; block++)
            for (int dense = 1; dense <= 3; dense++)
                for (int conv = 1; conv <= 5; conv++)
                    map.Add(original(block, dense, conv), $"body.{block}.rdb{dense}.conv{conv}");
    }
}
