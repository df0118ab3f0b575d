using System.Text.Json;

namespace Pareidolia.Server.Pictures;

/// <summary>A picture of the gallery. Its file holds all of this but the last two, so that the gallery can be made anew from the files.</summary>
/// <param name="Id">The job's id and the picture's number in it, such as <c>0199...-0</c>.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="CreatedAt">When it was stored.</param>
/// <param name="Prompt">What it shows.</param>
/// <param name="Seed">Where its noise came from; null where it has none.</param>
/// <param name="Settings">How it was made, as <c>POST /api/v1/jobs</c> takes it.</param>
/// <param name="Infotext">The same in the web UI's words; null where there is none.</param>
/// <param name="Favourite">Whether someone likes it.</param>
/// <param name="DeletedAt">When it was deleted; null where it was not.</param>
internal sealed record Picture(
    string Id, int Width, int Height, DateTimeOffset CreatedAt, string Prompt, ulong? Seed, JsonElement? Settings, string? Infotext,
    bool Favourite = false, DateTimeOffset? DeletedAt = null)
{
    /// <summary>The job that made it.</summary>
    public string JobId => Id.Split('-')[0];

    /// <summary>Its number in the job, from 0.</summary>
    public int Index => int.Parse(Id.Split('-')[1]);
}
