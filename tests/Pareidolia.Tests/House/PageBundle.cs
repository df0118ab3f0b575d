using System.Security.Cryptography;
using System.Text;

namespace Pareidolia.Tests.House;

/// <summary>The page that is built into the server is the one that the sources in web/ describe, and stays small.</summary>
public sealed class PageBundle
{
    private const int MostBytes = 600_000;

    private static readonly string s_web = Path.Combine(RepositoryRoot.Path, "web");
    private static readonly string s_dist = Path.Combine(s_web, "dist");

    [Fact]
    public void It_was_built_from_the_sources_that_are_here()
    {
        string built = File.ReadAllText(Path.Combine(s_dist, "source.sha256")).Trim();
        Assert.True(built == Digest(), "web/dist is stale: run `npm ci && npm run build` in web/ and commit web/dist.");
    }

    [Fact]
    public void It_stays_small()
    {
        long bytes = Directory.EnumerateFiles(s_dist, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        Assert.InRange(bytes, 1, MostBytes);
    }

    [Fact]
    public void Nothing_in_it_is_inline_or_from_elsewhere()
    {
        string index = File.ReadAllText(Path.Combine(s_dist, "index.html"));
        Assert.DoesNotContain("<style", index, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("style=", index, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("://", index, StringComparison.Ordinal);
        Assert.Equal(index.Split("<script").Length, index.Split("<script type=\"module\" crossorigin src=\"./assets/").Length);
    }

    // As web/scripts/stamp.mjs has it.
    private static string Digest()
    {
        StringBuilder text = new();
        foreach (string path in Sources().Order(StringComparer.Ordinal))
            _ = text.Append(path).Append('\n').Append(File.ReadAllText(Path.Combine(s_web, path)).Replace("\r\n", "\n", StringComparison.Ordinal)).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static IEnumerable<string> Sources()
    {
        IEnumerable<string> own = new[] { "src", "public" }.SelectMany(folder =>
            Directory.EnumerateFiles(Path.Combine(s_web, folder), "*", SearchOption.AllDirectories));
        return own.Select(file => Path.GetRelativePath(s_web, file).Replace('\\', '/'))
            .Where(path => !path.EndsWith(".test.ts", StringComparison.Ordinal) && !path.EndsWith(".test.tsx", StringComparison.Ordinal))
            .Concat(["index.html", "package-lock.json", "tsconfig.json", "vite.config.ts"]);
    }
}
