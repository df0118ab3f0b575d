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

    /// <summary>Where networks compute; null for the usual device.</summary>
    public Backend? Device => Models.Device;
}
