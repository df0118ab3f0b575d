using Pareidolia.Pipelines;

namespace Pareidolia.Server.Models;

/// <summary>Upscalers: the networks of a folder by the names of their files, and those that need no file.</summary>
internal sealed class UpscalerShelf(StudioOptions options)
{
    private static readonly string[] s_endings = [".safetensors", ".pth"];

    // The web UI's names of what needs no network.
    private static readonly Dictionary<string, string> s_plain = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Nearest"] = "nearest", ["Bilinear"] = "bilinear", ["Bicubic"] = "bicubic", ["Lanczos"] = "lanczos",
    };

    /// <summary>The networks' files by name.</summary>
    public IReadOnlyDictionary<string, string> Networks => FilesByName.In(options.Upscalers, s_endings);

    /// <summary>All names, those without a network first.</summary>
    public IReadOnlyList<string> Names => [.. s_plain.Keys, .. Networks.Keys];

    /// <summary>The file of a network; null where the name is none of a network's.</summary>
    public string? Find(string? name) => name is not null && Networks.TryGetValue(name, out string? file) ? file : null;

    /// <summary>The network of a name, loaded; null where the name is none of a network's.</summary>
    public PictureUpscaler? Load(string? name) => Find(name) is string file ? PictureUpscaler.Load(file) : null;

    /// <summary>Any upscaler of pictures, loaded; null where there is none of that name.</summary>
    public PictureUpscaler? LoadAny(string name) => s_plain.TryGetValue(name, out string? plain) ? PictureUpscaler.Load(plain) : Load(name);
}
