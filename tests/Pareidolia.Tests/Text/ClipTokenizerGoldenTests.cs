using System.Text.Json;
using Pareidolia.Text;

namespace Pareidolia.Tests.Text;

public sealed class ClipTokenizerGoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases() => Directory.EnumerateDirectories(RepositoryRoot.Golden).Order(StringComparer.Ordinal)
        .Where(folder => Read(Path.Combine(folder, "case.json")).GetProperty("kind").GetString() == "tokenizer_clip")
        .Select(folder => new TheoryDataRow<string>(Path.GetFileName(folder)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ids_padding_and_decoding_are_exact(string name)
    {
        string folder = Path.Combine(RepositoryRoot.Golden, name);
        ClipTokenizer tokenizer = ClipTokenizer.Load(VocabularyOf(folder));
        foreach (JsonElement row in Read(Path.Combine(folder, "tokens.json")).EnumerateArray())
        {
            string prompt = row.GetProperty("prompt").GetString()!;
            Tokens tokens = tokenizer.Tokenize(prompt);
            int[] expected = Ids(row.GetProperty("ids"));
            Assert.True(expected.AsSpan().SequenceEqual(tokens.Items.Select(token => token.Id).ToArray()),
                $"'{prompt}': {string.Join(' ', tokens.Items.Select(token => token.Id))} instead of {string.Join(' ', expected)}");
            Assert.Equal(row.GetProperty("decoded").GetString(), tokenizer.Decode(expected));
            if (row.TryGetProperty("padded_openai", out JsonElement zeros))
                Assert.Equal(Ids(zeros), tokenizer.Encode(prompt, 77, pad: 0));
            if (row.TryGetProperty("padded_hf", out JsonElement ends))
                Assert.Equal(Ids(ends), tokenizer.Encode(prompt));
        }
    }

    // case.json names the vocabulary as shared/data/...; data lies beside the golden folder.
    private static string VocabularyOf(string folder)
    {
        string listed = Read(Path.Combine(folder, "case.json")).GetProperty("vocab").GetString()!;
        return Path.Combine(RepositoryRoot.Golden, "..", "..", listed);
    }

    private static int[] Ids(JsonElement array) => array.EnumerateArray().Select(id => id.GetInt32()).ToArray();

    private static JsonElement Read(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
}
