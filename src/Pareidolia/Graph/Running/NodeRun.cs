using System.Text.Json.Nodes;
using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Running;

/// <summary>What a node may use while it runs.</summary>
/// <param name="Folders">Where files are.</param>
/// <param name="Models">What is loaded.</param>
/// <param name="Cancelled">Whether it should stop.</param>
internal sealed record NodeRun(GraphFolders Folders, LoadedWeights Models, CancellationToken Cancelled)
{
    /// <summary>Told of each step: its number from 1, how many there are, and a picture of where it stands, where that is asked for.</summary>
    public Action<int, int, Image?> Progress { get; init; } = (_, _, _) => { };

    /// <summary>Whether steps are shown.</summary>
    public bool Previews { get; init; }

    /// <summary>The graph, as it is written into pictures; null for not at all.</summary>
    public JsonObject? Prompt { get; init; }

    /// <summary>What else is written into pictures: the front end's own graph.</summary>
    public JsonObject? ExtraInfo { get; init; }

    /// <summary>Most pictures that it may make at a time.</summary>
    public int MostPictures { get; init; } = int.MaxValue;

    /// <summary>Most pixels of each of them.</summary>
    public long MostPixels { get; init; } = long.MaxValue;

    /// <summary>Asked before pictures, latents or masks are made, while their memory is not yet taken.</summary>
    /// <param name="count">How many.</param>
    /// <param name="width">In pixels, of latents too.</param>
    /// <param name="height">In pixels.</param>
    /// <exception cref="PareidoliaException">They are more or larger than the run may make.</exception>
    public void RequireRoom(long count, double width, double height)
    {
        if (count > MostPictures || width * height > MostPixels)
            throw new PareidoliaException(
                $"{count} of {width:0}x{height:0} pixels would be made; this run makes at most {MostPictures} pictures at a time, each of at most {MostPixels} pixels.");
    }

    /// <summary>A picture of the folders that graphs may read.</summary>
    /// <exception cref="PareidoliaException">It is not there any more, or cannot be read.</exception>
    public Image Picture(string name)
    {
        string path = Folders.Picture(name) ?? throw new PareidoliaException($"The picture '{name}' is not there any more.");
        try
        {
            return ImageFile.Read(File.ReadAllBytes(path), Path.GetFileName(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"The picture '{name}' cannot be read.", error);
        }
    }

    /// <summary>Where networks compute; null for the usual device.</summary>
    public Backend? Device => Models.Device;
}
