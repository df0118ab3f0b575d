using System.Text.Json;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Text;

/// <summary>The rows of a golden case of a tokenizer, and the vocabulary that it names.</summary>
internal static class TokenizerGoldenRows
{
    /// <summary>The rows of tokens.json.</summary>
    public static IEnumerable<JsonElement> Of(GoldenCase golden)
    {
        using JsonDocument rows = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden.Folder, "tokens.json")));
        return [.. rows.RootElement.EnumerateArray().Select(row => row.Clone())];
    }

    /// <summary>A case names its vocabulary as shared/data/...; it is not part of the repository. Of several files the first one.</summary>
    public static string Vocabulary(GoldenCase golden)
    {
        string part = golden.Description.GetProperty("vocab").GetString()!["shared/data/".Length..].Split(' ')[0];
        return SharedData.Require(part).File(part);
    }

    public static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    public static string Prompt(JsonElement row) => row.GetProperty("prompt").GetString()!;

    /// <summary>Fails with both rows of ids unless they are equal.</summary>
    public static void Check(string prompt, int[] expected, int[] actual) =>
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"'{prompt}': {string.Join(' ', actual)} instead of {string.Join(' ', expected)}");
}
