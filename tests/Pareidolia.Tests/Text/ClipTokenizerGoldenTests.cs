using System.Text.Json;
using Pareidolia.Tests.Golden;
using Pareidolia.Text;

namespace Pareidolia.Tests.Text;

public sealed class ClipTokenizerGoldenTests
{
    public static TheoryData<string> Cases() => GoldenCase.NamesOfKind("tokenizer_clip");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ids_padding_and_decoding_are_exact(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        ClipTokenizer tokenizer = ClipTokenizer.Load(VocabularyOf(golden));
        using JsonDocument rows = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden.Folder, "tokens.json")));
        foreach (JsonElement row in rows.RootElement.EnumerateArray())
            CheckRow(tokenizer, row);
    }

    private static void CheckRow(ClipTokenizer tokenizer, JsonElement row)
    {
        string prompt = row.GetProperty("prompt").GetString()!;
        int[] expected = Ids(row.GetProperty("ids"));
        int[] actual = tokenizer.Tokenize(prompt).Items.Select(token => token.Id).ToArray();
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"'{prompt}': {string.Join(' ', actual)} instead of {string.Join(' ', expected)}");
        Assert.Equal(row.GetProperty("decoded").GetString(), tokenizer.Decode(expected));
        if (row.TryGetProperty("padded_openai", out JsonElement zeros))
            Assert.Equal(Ids(zeros), tokenizer.Encode(prompt, 77, pad: 0));
        if (row.TryGetProperty("padded_hf", out JsonElement ends))
            Assert.Equal(Ids(ends), tokenizer.Encode(prompt));
    }

    // The case names it as shared/data/clip-vocab/...; it is not part of the repository.
    private static string VocabularyOf(GoldenCase golden)
    {
        string part = golden.Description.GetProperty("vocab").GetString()!["shared/data/".Length..];
        return SharedData.Require(part).File(part);
    }

    private static int[] Ids(JsonElement array) => array.EnumerateArray().Select(id => id.GetInt32()).ToArray();
}
