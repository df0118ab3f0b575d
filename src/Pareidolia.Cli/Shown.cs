using System.Globalization;

namespace Pareidolia.Cli;

/// <summary>How values read in messages and results.</summary>
internal static class Shown
{
    /// <summary>A text in one line of at most 40 characters.</summary>
    public static string Short(string text)
    {
        string line = string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
        return line.Length <= 40 ? line : line[..37] + "...";
    }

    /// <summary>Bytes with the unit that suits: <c>812 bytes</c>, <c>46.2 MB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} bytes",
        < 1_000_000 => Scaled(bytes, 1e3, "kB"),
        < 1_000_000_000 => Scaled(bytes, 1e6, "MB"),
        _ => Scaled(bytes, 1e9, "GB"),
    };

    /// <summary>A count with the unit that suits: <c>940</c>, <c>12.4 M</c>.</summary>
    public static string Count(long count) => count switch
    {
        < 10_000 => count.ToString(CultureInfo.InvariantCulture),
        < 1_000_000 => Scaled(count, 1e3, "k"),
        < 1_000_000_000 => Scaled(count, 1e6, "M"),
        _ => Scaled(count, 1e9, "G"),
    };

    /// <summary>A duration in seconds: <c>1.1 s</c>.</summary>
    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    private static string Scaled(double value, double unit, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{value / unit:0.0} {name}");
}
