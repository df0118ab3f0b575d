using System.Runtime.InteropServices;

namespace Pareidolia.Server.Storage;

/// <summary>
/// Opens the native library of SQLite so that it calls its own functions. libvips brings modules along whose libraries every later search finds, and another SQLite
/// is among them: what of ours has not been called by then would be looked for there, and jump into a library that nobody has started.
/// </summary>
internal static partial class SqliteLibrary
{
    private const string FileName = "libe_sqlite3.so";
    private const string FoldersKey = "NATIVE_DLL_SEARCH_DIRECTORIES";

    // dlopen's RTLD_NOW: all functions are looked for at once; RTLD_DEEPBIND: first in the library itself.
    private const int Now = 2, OwnFirst = 8;

    /// <summary>Opens it, where it lies beside this program; elsewhere, and on systems whose libraries keep their names apart, .NET does.</summary>
    public static void Open()
    {
        if (!OperatingSystem.IsLinux() || AppContext.GetData(FoldersKey) is not string folders)
            return;
        string? path = folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(File.Exists);
        try
        {
            _ = path is null ? 0 : Open(path, Now | OwnFirst);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library before glibc 2.34 has this function in another file.
        }
    }

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);
}
