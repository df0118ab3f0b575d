namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// The names of a tiny autoencoder: diffusers', <c>decoder.layers.N</c>; those of TAESD's own files, a numbered list for each half; and the same with
/// <c>taesd_decoder.</c> before it, as files of ComfyUI have them. TAESD's decoder counts one layer more at its start, which has no weights.
/// </summary>
internal static class TinyAutoencoderKeys
{
    private static readonly (string Prefix, string Half, int Shift)[] s_named = [("taesd_encoder.", "encoder", 0), ("taesd_decoder.", "decoder", 1)];

    /// <summary>A tiny autoencoder's weights under diffusers' names; null where the file holds something else.</summary>
    /// <param name="file">The file, which is closed with the result.</param>
    /// <param name="partner">The file of the other half; null where there is none.</param>
    public static StoredWeights? Mapped(StoredWeights file, Func<StoredWeights?> partner)
    {
        if (file.Has("decoder.layers.0.weight"))
            return file;
        if (file.Has("taesd_decoder.1.weight"))
            return new MappedWeights(file, s_named.SelectMany(half => Views(file, half)).ToDictionary());
        if (!IsDecoder(file))
            return null;
        MappedWeights decoder = new(file, Views(file, ("", "decoder", 1)).ToDictionary());
        return partner() is StoredWeights encoder
            ? new JoinedWeights(decoder, new MappedWeights(encoder, Views(encoder, ("", "encoder", 0)).ToDictionary()))
            : decoder;
    }

    /// <summary>Whether a file is one half of TAESD's own files, the encoder.</summary>
    public static bool IsEncoder(StoredWeights file) => file.Has("0.weight") && file.Has("1.conv.0.weight");

    private static bool IsDecoder(StoredWeights file) => file.Has("1.weight") && file.Has("3.conv.0.weight");

    private static IEnumerable<KeyValuePair<string, TensorView>> Views(StoredWeights file, (string Prefix, string Half, int Shift) half)
    {
        foreach (string name in file.Names.Where(name => name.StartsWith(half.Prefix, StringComparison.Ordinal)))
        {
            string[] parts = name[half.Prefix.Length..].Split('.', 2);
            if (parts.Length < 2 || !int.TryParse(parts[0], out int number))
                throw new PareidoliaException($"'{file.Location}': {SafetensorsHeader.Shown(name)} belongs to no layer of a tiny autoencoder.");
            yield return new($"{half.Half}.layers.{number - half.Shift}.{parts[1]}", new TensorView([name]));
        }
    }
}
