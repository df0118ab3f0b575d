using System.Text.Json;

namespace Pareidolia.Server.Pictures;

/// <summary>A picture as clients see it.</summary>
internal sealed record PictureView(
    string Id, string JobId, string Url, int Width, int Height, DateTimeOffset CreatedAt, string Prompt, ulong? Seed, JsonElement? Settings,
    string? Infotext, bool Favourite, DateTimeOffset? DeletedAt)
{
    /// <summary>What clients see of it.</summary>
    public static PictureView Of(Picture picture) => new(
        picture.Id, picture.JobId, $"/api/v1/pictures/{picture.Id}/file{(picture.DeletedAt is null ? "" : "?deleted=true")}", picture.Width, picture.Height, picture.CreatedAt, picture.Prompt, picture.Seed,
        picture.Settings, picture.Infotext, picture.Favourite, picture.DeletedAt);
}

/// <summary>A part of the gallery.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="NextCursor">Asks for the next part; null where this is the last.</param>
internal sealed record PicturePage(IReadOnlyList<PictureView> Items, string? NextCursor);

/// <summary>The frames of a picture's denoising.</summary>
internal sealed record Film(IReadOnlyList<string> Frames);

/// <summary>What is to change of a picture.</summary>
internal sealed record PictureChange(bool? Favourite);
