using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pareidolia.Tensors;

namespace Pareidolia.Imaging.Vips;

/// <summary>
/// Finds and starts libvips: at the first picture that needs it, so that nothing else notices when it is not there. Loaders that its authors do not
/// trust with strangers' files are blocked, results are not cached, and no more threads run than the engine has.
/// </summary>
internal static unsafe class VipsLibrary
{
    /// <summary>A folder where the library lies; else it is looked for where the system keeps libraries.</summary>
    public const string FolderVariable = "PAREIDOLIA_LIBVIPS";

    private const string NewestNeeded = "vips_block_untrusted_set", NewestNeededSince = "8.13";
    private const int Warnings = 1 << 4;
    private const string HomebrewFolder = "/opt/homebrew/lib";

    private static readonly Lazy<string?> s_problem = new(Start);

    /// <summary>Held while the library works: what it says of an error is one text for the whole process.</summary>
    public static Lock Turn { get; } = new();

    /// <summary>Fails unless the library runs.</summary>
    /// <param name="purpose">The beginning of the sentence: "JPEG files are read".</param>
    /// <exception cref="PareidoliaException">It does not; the message says what to install.</exception>
    public static void Require(string purpose)
    {
        if (s_problem.Value is string problem)
            throw new PareidoliaException($"{purpose} through libvips, {problem}");
    }

    /// <summary>Takes what the library says of the last error: its first line.</summary>
    public static string TakeError()
    {
        string text = Marshal.PtrToStringUTF8(VipsNative.Errors()) ?? "";
        VipsNative.ClearErrors();
        string line = text.Split('\n')[0].Trim().TrimEnd('.');
        return line.Length == 0 ? "it does not say why" : string.Concat(line.Select(character => char.IsControl(character) ? ' ' : character));
    }

    private static string? Start()
    {
        if (!TryLoad(VipsNative.Vips, out nint library))
            return $"which was not found {Place()}: install it (Debian and Ubuntu: libvips42; macOS: brew install vips), or use PNG files.";
        if (!NativeLibrary.TryGetExport(library, NewestNeeded, out _))
            return $"whose version here is too old: {NewestNeededSince} or newer is needed.";
        NativeLibrary.SetDllImportResolver(typeof(VipsLibrary).Assembly, Resolve);
        // What it finds odd about a file, or about its own plug-ins, is not for the user's screen.
        _ = VipsNative.SetLogHandler("VIPS", Warnings, &Ignore, 0);
        if (VipsNative.Init("pareidolia") != 0)
            return $"which does not start here: {TakeError()}.";
        VipsNative.SetThreads(Backend.CpuThreads);
        VipsNative.SetCache(0);
        VipsNative.BlockUntrusted(1);
        // The only operation that starts programs.
        VipsNative.BlockOperation("VipsSystem", 1);
        return null;
    }

    private static string Place() => Folder is string folder ? $"in '{folder}', the folder of {FolderVariable}" : "on this machine";

    private static string? Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : null;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? paths) =>
        name is VipsNative.Vips or VipsNative.GObject or VipsNative.GLib && TryLoad(name, out nint library) ? library : 0;

    private static bool TryLoad(string name, out nint library)
    {
        foreach (string path in Paths(name))
            if (NativeLibrary.TryLoad(path, out library))
                return true;
        library = 0;
        return false;
    }

    // A folder that was named holds libvips; what it stands on may be there or where the system has it.
    private static IEnumerable<string> Paths(string name)
    {
        IEnumerable<string> system = Names(name);
        if (OperatingSystem.IsMacOS())
            system = system.Concat(Names(name).Select(file => Path.Combine(HomebrewFolder, file)));
        if (Folder is not string folder)
            return system;
        IEnumerable<string> inside = Names(name).Select(file => Path.Combine(folder, file));
        return name == VipsNative.Vips ? inside : inside.Concat(system);
    }

    private static string[] Names(string name)
    {
        string version = name == VipsNative.Vips ? "42" : "0";
        if (OperatingSystem.IsWindows())
            return [$"lib{name}-{version}.dll"];
        return OperatingSystem.IsMacOS() ? [$"lib{name}.{version}.dylib", $"lib{name}.dylib"] : [$"lib{name}.so.{version}", $"lib{name}.so"];
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(nint domain, int level, nint message, nint data)
    {
    }
}
