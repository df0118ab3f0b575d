namespace Pareidolia.Hub;

/// <summary>A file of a model on a hub.</summary>
/// <param name="Path">Its path in the model.</param>
/// <param name="Size">Its bytes; null where the hub does not say.</param>
/// <param name="Hash">SHA-256 of a large file, the git blob's hash of a small one; null where the hub does not say.</param>
public sealed record HubFile(string Path, long? Size, string? Hash);

/// <summary>A model's files at one commit.</summary>
/// <param name="Commit">The commit's hash.</param>
/// <param name="Files">The files.</param>
public sealed record HubRevision(string Commit, IReadOnlyList<HubFile> Files);
