using System.Text.RegularExpressions;

namespace Pareidolia.Server.Pictures;

/// <summary>Ids of jobs and pictures. What has not their shape never becomes part of a path.</summary>
internal static partial class PictureId
{
    /// <summary>A new job's id: 32 hexadecimal digits that grow with time and cannot be guessed.</summary>
    public static string NewJob() => Guid.CreateVersion7().ToString("N");

    /// <summary>Whether a text is the id of a picture: that of a job, a hyphen, a number.</summary>
    public static bool IsOne(string text) => OfPicture().IsMatch(text);

    /// <summary>Whether a text is the id of a job or an upload.</summary>
    public static bool IsJob(string text) => OfJob().IsMatch(text);

    /// <summary>The id, if it is one.</summary>
    /// <exception cref="Refusal">It is none.</exception>
    public static string Checked(string id) => IsOne(id) ? id : throw Refusal.Missing("There is no such picture.");

    [GeneratedRegex(@"\A[0-9a-f]{32}-[0-9]{1,5}\z")]
    private static partial Regex OfPicture();

    [GeneratedRegex(@"\A[0-9a-f]{32}\z")]
    private static partial Regex OfJob();
}
