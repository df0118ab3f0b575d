namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// The UNet's names: the original code numbers all blocks of a side in one row, <c>input_blocks.4.1</c>; diffusers counts by level,
/// <c>down_blocks.1.attentions.0</c>.
/// </summary>
internal static class UNetKeys
{
    /// <summary>The map of a UNet with these many residual blocks on each level of the way down, from the full size.</summary>
    /// <param name="layers">Blocks of each level.</param>
    /// <param name="attendsUp">Whether a level of the way up, counted from the full size too, has attention.</param>
    public static KeyMap Map(IReadOnlyList<int> layers, Func<int, bool> attendsUp)
    {
        KeyMap map = new();
        map.Add("time_embed.0", "time_embedding.linear_1");
        map.Add("time_embed.2", "time_embedding.linear_2");
        map.Add("label_emb.0.0", "add_embedding.linear_1");
        map.Add("label_emb.0.2", "add_embedding.linear_2");
        map.Add("input_blocks.0.0", "conv_in");
        AddDown(map, layers);
        AddResnet(map, "middle_block.0", "mid_block.resnets.0");
        map.Add("middle_block.1", "mid_block.attentions.0");
        AddResnet(map, "middle_block.2", "mid_block.resnets.1");
        AddUp(map, layers, attendsUp);
        map.Add("out.0", "conv_norm_out");
        map.Add("out.2", "conv_out");
        return map;
    }

    /// <summary>The blocks of each level as names of the original layout tell them: a halving ends a level.</summary>
    public static IReadOnlyList<int> LayersOfOriginal(Func<string, bool> has)
    {
        List<int> layers = [0];
        for (int block = 1; ; block++)
        {
            if (has($"input_blocks.{block}.0.op.weight"))
                layers.Add(0);
            else if (has($"input_blocks.{block}.0.in_layers.0.weight"))
                layers[^1]++;
            else
                return layers;
        }
    }

    /// <summary>The same from diffusers' names.</summary>
    public static IReadOnlyList<int> LayersOfDiffusers(Func<string, bool> has) =>
        [.. Counted.While(level => has($"down_blocks.{level}.resnets.0.norm1.weight"))
            .Select(level => Counted.Times(layer => has($"down_blocks.{level}.resnets.{layer}.norm1.weight")))];

    /// <summary>Whether a level of the way up has attention, from names of the original layout.</summary>
    public static Func<int, bool> AttentionOfOriginal(IReadOnlyList<int> layers, Func<string, bool> has) =>
        level => has($"output_blocks.{FirstUp(layers, level)}.1.norm.weight");

    /// <summary>The same from diffusers' names.</summary>
    public static Func<int, bool> AttentionOfDiffusers(IReadOnlyList<int> layers, Func<string, bool> has) =>
        level => has($"up_blocks.{layers.Count - 1 - level}.attentions.0.norm.weight");

    private static void AddDown(KeyMap map, IReadOnlyList<int> layers)
    {
        int block = 1;
        for (int level = 0; level < layers.Count; level++)
        {
            for (int i = 0; i < layers[level]; i++, block++)
            {
                AddResnet(map, $"input_blocks.{block}.0", $"down_blocks.{level}.resnets.{i}");
                map.Add($"input_blocks.{block}.1", $"down_blocks.{level}.attentions.{i}");
            }
            if (level < layers.Count - 1)
                map.Add($"input_blocks.{block++}.0.op", $"down_blocks.{level}.downsamplers.0.conv");
        }
    }

    private static void AddUp(KeyMap map, IReadOnlyList<int> layers, Func<int, bool> attends)
    {
        for (int level = layers.Count - 1; level >= 0; level--)
        {
            int up = layers.Count - 1 - level, first = FirstUp(layers, level);
            for (int i = 0; i <= layers[level]; i++)
            {
                AddResnet(map, $"output_blocks.{first + i}.0", $"up_blocks.{up}.resnets.{i}");
                if (attends(level))
                    map.Add($"output_blocks.{first + i}.1", $"up_blocks.{up}.attentions.{i}");
            }
            if (level > 0)
                map.Add($"output_blocks.{first + layers[level]}.{(attends(level) ? 2 : 1)}.conv", $"up_blocks.{up}.upsamplers.0.conv");
        }
    }

    // Each level of the way up has one block more than its level of the way down.
    private static int FirstUp(IReadOnlyList<int> layers, int level) => layers.Skip(level + 1).Sum(count => count + 1);

    private static void AddResnet(KeyMap map, string original, string diffusers)
    {
        map.Add($"{original}.in_layers.0", $"{diffusers}.norm1");
        map.Add($"{original}.in_layers.2", $"{diffusers}.conv1");
        map.Add($"{original}.emb_layers.1", $"{diffusers}.time_emb_proj");
        map.Add($"{original}.out_layers.0", $"{diffusers}.norm2");
        map.Add($"{original}.out_layers.3", $"{diffusers}.conv2");
        map.Add($"{original}.skip_connection", $"{diffusers}.conv_shortcut");
    }
}
