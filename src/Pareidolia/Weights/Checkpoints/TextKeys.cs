namespace Pareidolia.Weights.Checkpoints;

/// <summary>The text encoders' names: those of transformers, and those of OpenCLIP, whose three projections of attention are one tensor.</summary>
internal static class TextKeys
{
    private const string Root = "text_model";

    private static readonly (string OpenClip, string Transformers)[] s_layer =
    [
        ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"), ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"), ("attn.out_proj", "self_attn.out_proj"),
    ];

    /// <summary>Transformers' names, which SD 1 and SDXL keep; the oldest files lack <c>text_model</c>.</summary>
    public static KeyMap Transformers()
    {
        KeyMap map = new();
        map.Add(Root, Root);
        foreach (string part in (string[])["embeddings", "encoder", "final_layer_norm"])
            map.AddOldOriginal(part, $"{Root}.{part}");
        return map;
    }

    /// <summary>Transformers' names of a text encoder with a projection.</summary>
    public static KeyMap TransformersWithProjection()
    {
        KeyMap map = Transformers();
        map.Add("text_projection", "text_projection");
        return map;
    }

    /// <summary>OpenCLIP's names (SD 2, SDXL's second encoder) of a tower with this many layers.</summary>
    public static KeyMap OpenClip(int layers)
    {
        KeyMap map = new();
        map.Add("token_embedding", $"{Root}.embeddings.token_embedding");
        map.Add("positional_embedding", $"{Root}.embeddings.position_embedding.weight");
        map.Add("ln_final", $"{Root}.final_layer_norm");
        map.Add("text_projection", "text_projection.weight", ViewForm.Transposed);
        for (int layer = 0; layer < layers; layer++)
            AddLayer(map, $"transformer.resblocks.{layer}", $"{Root}.encoder.layers.{layer}");
        return map;
    }

    /// <summary>Layers of an OpenCLIP tower.</summary>
    public static int LayersOfOpenClip(Func<string, bool> has) => Counted.Times(layer => has($"transformer.resblocks.{layer}.ln_1.weight"));

    /// <summary>Layers of a tower under transformers' names.</summary>
    public static int LayersOfTransformers(Func<string, bool> has) => Counted.Times(layer => has($"{Root}.encoder.layers.{layer}.layer_norm1.weight"));

    private static void AddLayer(KeyMap map, string openClip, string transformers)
    {
        foreach ((string from, string to) in s_layer)
            map.Add($"{openClip}.{from}", $"{transformers}.{to}");
        foreach (string kind in (string[])["weight", "bias"])
            map.AddFused($"{openClip}.attn.in_proj_{kind}", [.. "qkv".Select(letter => $"{transformers}.self_attn.{letter}_proj.{kind}")]);
    }
}
