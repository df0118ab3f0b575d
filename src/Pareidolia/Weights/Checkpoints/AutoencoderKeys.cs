namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// The autoencoder's names: the original decoder numbers its levels from the full size, diffusers' from the smallest; its attention is
/// made of 1x1 convolutions, diffusers' of linear layers.
/// </summary>
internal static class AutoencoderKeys
{
    private static readonly (string Original, string Diffusers)[] s_resnet =
        [("norm1", "norm1"), ("conv1", "conv1"), ("norm2", "norm2"), ("conv2", "conv2"), ("nin_shortcut", "conv_shortcut")];

    private static readonly (string Original, string Diffusers, string OldDiffusers)[] s_attention =
        [("q", "to_q", "query"), ("k", "to_k", "key"), ("v", "to_v", "value"), ("proj_out", "to_out.0", "proj_attn")];

    /// <summary>The map of an autoencoder with these many residual blocks on each level of the encoder.</summary>
    public static KeyMap Map(IReadOnlyList<int> layers)
    {
        KeyMap map = new();
        map.Add("quant_conv", "quant_conv");
        map.Add("post_quant_conv", "post_quant_conv");
        foreach (string side in (string[])["encoder", "decoder"])
        {
            map.Add($"{side}.conv_in", $"{side}.conv_in");
            AddMid(map, side);
            map.Add($"{side}.norm_out", $"{side}.conv_norm_out");
            map.Add($"{side}.conv_out", $"{side}.conv_out");
        }
        for (int level = 0; level < layers.Count; level++)
            AddLevel(map, level, layers.Count - 1 - level, layers[level]);
        return map;
    }

    /// <summary>The blocks of each level, from names of the original layout.</summary>
    public static IReadOnlyList<int> LayersOfOriginal(Func<string, bool> has) => Layers((level, i) => has($"encoder.down.{level}.block.{i}.norm1.weight"));

    /// <summary>The same from diffusers' names.</summary>
    public static IReadOnlyList<int> LayersOfDiffusers(Func<string, bool> has) =>
        Layers((level, i) => has($"encoder.down_blocks.{level}.resnets.{i}.norm1.weight"));

    private static IReadOnlyList<int> Layers(Func<int, int, bool> has) =>
        [.. Counted.While(level => has(level, 0)).Select(level => Counted.Times(i => has(level, i)))];

    private static void AddMid(KeyMap map, string side)
    {
        AddResnet(map, $"{side}.mid.block_1", $"{side}.mid_block.resnets.0");
        AddResnet(map, $"{side}.mid.block_2", $"{side}.mid_block.resnets.1");
        map.Add($"{side}.mid.attn_1.norm", $"{side}.mid_block.attentions.0.group_norm");
        foreach ((string original, string diffusers, string old) in s_attention)
        {
            map.Add($"{side}.mid.attn_1.{original}", $"{side}.mid_block.attentions.0.{diffusers}", ViewForm.AsLinear);
            map.AddOldDiffusers($"{side}.mid.attn_1.{original}", $"{side}.mid_block.attentions.0.{old}", ViewForm.AsLinear);
        }
    }

    private static void AddLevel(KeyMap map, int level, int up, int layers)
    {
        for (int i = 0; i < layers; i++)
            AddResnet(map, $"encoder.down.{level}.block.{i}", $"encoder.down_blocks.{level}.resnets.{i}");
        for (int i = 0; i <= layers; i++)
            AddResnet(map, $"decoder.up.{level}.block.{i}", $"decoder.up_blocks.{up}.resnets.{i}");
        map.Add($"encoder.down.{level}.downsample", $"encoder.down_blocks.{level}.downsamplers.0");
        map.Add($"decoder.up.{level}.upsample", $"decoder.up_blocks.{up}.upsamplers.0");
    }

    private static void AddResnet(KeyMap map, string original, string diffusers)
    {
        foreach ((string from, string to) in s_resnet)
            map.Add($"{original}.{from}", $"{diffusers}.{to}");
    }
}
