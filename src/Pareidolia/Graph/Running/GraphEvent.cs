using Pareidolia.Imaging;

namespace Pareidolia.Graph.Running;

/// <summary>Something that happens while a graph runs.</summary>
public abstract record GraphEvent;

/// <summary>What these nodes give is known from an earlier run: they do not run.</summary>
public sealed record NodesCached(IReadOnlyList<string> Nodes) : GraphEvent;

/// <summary>A node begins.</summary>
public sealed record NodeStarted(string Node) : GraphEvent;

/// <summary>A node took a step.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Value">Steps that it took.</param>
/// <param name="Most">Steps that it will take.</param>
public sealed record NodeProgress(string Node, int Value, int Most) : GraphEvent;

/// <summary>Where a node stands.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Picture">A picture of it.</param>
public sealed record NodePreview(string Node, Image Picture) : GraphEvent;

/// <summary>A node has pictures to show; also one that did not run again.</summary>
public sealed record NodeShowed(string Node, IReadOnlyList<GraphPicture> Pictures) : GraphEvent;

/// <summary>A node is done.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record NodeFinished(string Node, TimeSpan Elapsed) : GraphEvent;

/// <summary>Why a graph ended early.</summary>
/// <param name="Node">The node that ran.</param>
/// <param name="Class">Its kind.</param>
/// <param name="Error">What went wrong; null where it was interrupted.</param>
public sealed record GraphFailure(string Node, string Class, Exception? Error);

/// <summary>How a graph ended.</summary>
/// <param name="Failure">Why it ended early; null where it did not.</param>
/// <param name="Executed">The nodes that ran.</param>
/// <param name="Outputs">Pictures by the node that made them.</param>
public sealed record GraphOutcome(
    GraphFailure? Failure, IReadOnlyList<string> Executed, IReadOnlyDictionary<string, IReadOnlyList<GraphPicture>> Outputs);
