using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Adapters;

/// <summary>A ControlNet's file in the original layout or in that of diffusers, or its folder.</summary>
internal static class ControlNetFile
{
    private const string HintIn = "controlnet_cond_embedding.conv_in";
    private const string OriginalHintIn = "input_hint_block.0";

    /// <summary>Loads one for a UNet. Without a config of its own, it has the UNet's.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, no ControlNet, or one for another family of models.</exception>
    public static Pretrained<ControlNetModel> Load(string path, UNet2DConditionConfig unet, Backend? device, WeightHolding? holding = null)
    {
        StoredWeights file = OpenFile(path);
        try
        {
            StoredWeights weights = InDiffusersLayout(file, path);
            return ModelStorage.Load(weights, device, Building(weights, path, unet), holding);
        }
        catch (PareidoliaException error)
        {
            file.Dispose();
            throw Misfit(path, error);
        }
    }

    /// <summary>The constructor of one for a UNet, once the names and sizes of the file's tensors are found to be those of such a network.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, no ControlNet, or one for another family of models.</exception>
    public static Func<WeightScope, ControlNetModel> Structure(string path, UNet2DConditionConfig unet)
    {
        using StoredWeights file = OpenFile(path);
        try
        {
            StoredWeights weights = InDiffusersLayout(file, path);
            Func<WeightScope, ControlNetModel> build = Building(weights, path, unet);
            RequireSizes(weights, build);
            return build;
        }
        catch (PareidoliaException error)
        {
            throw Misfit(path, error);
        }
    }

    /// <summary>What one is called: the name of its file without the ending, or of its folder.</summary>
    public static string NameOf(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        return File.Exists(path) ? Path.GetFileNameWithoutExtension(name) : name;
    }

    /// <summary>A UNet's config from a ControlNet's, which says nothing of the way up.</summary>
    internal static UNet2DConditionConfig ConfigOf(JsonConfig config)
    {
        if (config.Bool("global_pool_conditions", false))
            throw new PareidoliaException($"'{config.Name}': \"global_pool_conditions\" is not supported.");
        int levels = config.Ints("block_out_channels", [320, 640, 1280, 1280]).Count;
        string up = string.Join(",", Enumerable.Repeat("\"UpBlock2D\"", levels));
        return UNet2DConditionConfig.FromJson(JsonConfig.Parse($"{{\"up_block_types\":[{up}]}}", config.Name).Over(config));
    }

    private static StoredWeights OpenFile(string path) => Directory.Exists(path) ? new ModelComponent(path).OpenWeights() : StoredWeights.Open(path);

    private static PareidoliaException Misfit(string path, PareidoliaException error) =>
        new($"The ControlNet '{path}' does not fit this model: {error.Message}", error);

    private static Func<WeightScope, ControlNetModel> Building(StoredWeights weights, string path, UNet2DConditionConfig unet)
    {
        int[] hint = HintChannels(weights);
        UNet2DConditionConfig own = OwnConfig(path) ?? unet, config = own with { InChannels = (int)weights.Entry("conv_in.weight").Shape[1] };
        if (own.TextWidth != unet.TextWidth || !own.BlockOutChannels.SequenceEqual(unet.BlockOutChannels))
            throw new PareidoliaException($"it has {string.Join(", ", own.BlockOutChannels)} channels and reads tokens of {own.TextWidth} numbers, "
                + $"the model's network has {string.Join(", ", unet.BlockOutChannels)} and reads {unet.TextWidth}.");
        return at => new ControlNetModel(config, hint, at);
    }

    private static void RequireSizes(StoredWeights weights, Func<WeightScope, ControlNetModel> build)
    {
        using WeightStore outline = WeightStore.Outline();
        _ = outline.Build(build);
        foreach (Parameter parameter in outline.Parameters)
            if (weights.Entry(parameter.Name) is { } stored && stored.Count != parameter.Tensor.Count)
                throw new PareidoliaException($"'{parameter.Name}' has {stored.Count} numbers, and {parameter.Tensor.Count} are needed.");
    }

    private static UNet2DConditionConfig? OwnConfig(string path)
    {
        string config = Path.Combine(path, "config.json");
        return File.Exists(config) ? ConfigOf(JsonConfig.Load(config)) : null;
    }

    private static StoredWeights InDiffusersLayout(StoredWeights file, string path)
    {
        if (file.Has($"{HintIn}.weight"))
            return file;
        if (file.Names.FirstOrDefault(name => name.EndsWith($"{OriginalHintIn}.weight", StringComparison.Ordinal)) is not string hint)
            throw new PareidoliaException(file.Has("body.0.block1.weight")
                ? $"'{path}' is a T2I-Adapter, which cannot guide a model here; a ControlNet can."
                : $"'{path}' is {ForeignFile.Describe(file) ?? "no ControlNet"}; a file with {HintIn} or {OriginalHintIn} is needed.");
        string prefix = hint[..^$"{OriginalHintIn}.weight".Length];
        string[] names = [.. file.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..])];
        return new MappedWeights(file, Map(names.ToHashSet().Contains).ToDiffusers(names)
            .ToDictionary(view => view.Key, view => view.Value with { Sources = [.. view.Value.Sources.Select(source => prefix + source)] }));
    }

    private static KeyMap Map(Func<string, bool> has)
    {
        KeyMap map = UNetKeys.Map(UNetKeys.LayersOfOriginal(has), _ => false);
        map.Add(OriginalHintIn, HintIn);
        int blocks = Counted.Times(i => has($"input_hint_block.{2 * i}.weight")) - 2;
        for (int i = 0; i < blocks; i++)
            map.Add($"input_hint_block.{2 * i + 2}", $"controlnet_cond_embedding.blocks.{i}");
        map.Add($"input_hint_block.{2 * blocks + 2}", "controlnet_cond_embedding.conv_out");
        foreach (int i in Counted.While(i => has($"zero_convs.{i}.0.weight")))
            map.Add($"zero_convs.{i}.0", $"controlnet_down_blocks.{i}");
        map.Add("middle_block_out.0", "controlnet_mid_block");
        return map;
    }

    private static int[] HintChannels(StoredWeights weights) =>
    [
        (int)weights.Entry($"{HintIn}.weight").Shape[0],
        .. Counted.While(i => weights.Has($"controlnet_cond_embedding.blocks.{2 * i + 1}.weight"))
            .Select(i => (int)weights.Entry($"controlnet_cond_embedding.blocks.{2 * i + 1}.weight").Shape[0]),
    ];
}
