using System.Text;
using Microsoft.AspNetCore.Http;
using Pareidolia.Files;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Comfy;

/// <summary>
/// The files that ComfyUI's front end keeps: workflows, templates, its settings. Each user has a folder of their own, and a name is made of parts that
/// mean themselves alone, so that none leads out of it.
/// </summary>
internal sealed class UserFiles(DataFolder data)
{
    private const int MostFiles = 2000;
    private const int MostBytes = 1 << 24;
    private const int MostParts = 8;
    private const int LongestPart = 200;

    // What no part of a name has: it means something to one system or another.
    private const string Special = "\\/:*?\"<>|";

    private readonly string _root = Path.Combine(data.Path, "graphs", "users");

    /// <summary>A user's folder.</summary>
    public string FolderOf(HttpContext context) => Path.Combine(_root, context.User.Identity?.Name is string name ? $"user-{name}" : "default");

    /// <summary>Where a file or folder of a user lies, whether it is there or not.</summary>
    /// <exception cref="Refusal">The name is none.</exception>
    public string PathOf(HttpContext context, string name)
    {
        // A slash within one part of an address arrives as it was written there.
        string[] parts = name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Split('/');
        return parts.Length <= MostParts && parts.All(IsPlain) ? Path.Combine([FolderOf(context), .. parts]) : throw Refusal.Bad(
            $"'{Refusal.Short(name)}' is no name of a file: 1 to {MostParts} parts between slashes are needed, each of at most {LongestPart} bytes, without {Special} and not ending in a point.", "file");
    }

    /// <summary>Writes a file, and makes its folders.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="name">Its name.</param>
    /// <param name="content">What it holds.</param>
    /// <exception cref="Refusal">The name is none, cannot be written, or there are too many files.</exception>
    public string Write(HttpContext context, string name, byte[] content)
    {
        string path = PathOf(context, name);
        if (content.Length > MostBytes)
            throw new Refusal(StatusCodes.Status413PayloadTooLarge, $"The file has {content.Length} bytes; at most {MostBytes} are kept.") { Field = "file" };
        if (!File.Exists(path))
            RequireRoom(context);
        Try(name, () =>
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream => stream.Write(content));
        });
        return path;
    }

    /// <summary>Gives a file another name.</summary>
    /// <exception cref="Refusal">The name cannot be written.</exception>
    public static void Move(string path, string target, string name) => Try(name, () =>
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(path, target, overwrite: true);
    });

    private static bool IsPlain(string part) => part.Length > 0 && Encoding.UTF8.GetByteCount(part) <= LongestPart && !part.EndsWith('.')
        && part.Trim() == part && !part.Any(letter => char.IsControl(letter) || Special.Contains(letter, StringComparison.Ordinal))
        // So end the files that are being written.
        && !part.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase);

    private void RequireRoom(HttpContext context)
    {
        string folder = FolderOf(context);
        if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Skip(MostFiles - 1).Any())
            throw Refusal.Bad($"There are {MostFiles} files, which is as many as this server keeps for a user: delete some.", "file");
    }

    private static void Try(string name, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PareidoliaException)
        {
            // Not the error's own words: they say where the studio lies.
            throw Refusal.Bad($"'{Refusal.Short(name)}' cannot be written: a part of it is a file where a folder is needed, or a folder where a file is, or the disk is full.", "file");
        }
    }
}
