using System.Text;
using System.Text.Json;

namespace Pareidolia.Text;

/// <summary>The tables of a GPT-2 tokenizer: the id of every symbol, the merges in order, and the token that ends a text.</summary>
/// <param name="Ids">Symbol (in the byte alphabet) or special token to id.</param>
/// <param name="Merges">Pairs to join, the first one first.</param>
public sealed record Gpt2Vocabulary(IReadOnlyDictionary<string, int> Ids, IReadOnlyList<BytePair> Merges)
{
    /// <summary>The token between texts.</summary>
    public const string EndToken = "<|endoftext|>";

    // Hugging Face's names first, then OpenAI's.
    private static readonly (string Ids, string Merges)[] s_files = [("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe")];

    /// <summary>Bytes, merges in order, the end of a text: GPT-2's numbering.</summary>
    public static Gpt2Vocabulary FromMerges(IReadOnlyList<BytePair> merges)
    {
        ArgumentNullException.ThrowIfNull(merges);
        Dictionary<string, int> ids = [];
        foreach (byte value in ByteAlphabet.Order())
            ids[ByteAlphabet.Character(value).ToString()] = ids.Count;
        foreach (BytePair pair in merges)
            ids.TryAdd(pair.Left + pair.Right, ids.Count);
        ids[EndToken] = ids.Count;
        return new Gpt2Vocabulary(ids, merges);
    }

    /// <summary>Reads a folder with <c>vocab.json</c> and <c>merges.txt</c>, or with OpenAI's <c>encoder.json</c> and <c>vocab.bpe</c>.</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged.</exception>
    public static Gpt2Vocabulary Load(string folder)
    {
        (string Ids, string Merges) names = Array.Find(s_files, pair => File.Exists(Path.Combine(folder, pair.Ids)));
        if (names == default)
            throw new PareidoliaException($"'{folder}' has neither vocab.json nor encoder.json: it is no folder of a GPT-2 tokenizer.");
        try
        {
            string path = Path.Combine(folder, names.Merges);
            using StreamReader merges = new(path, Encoding.UTF8);
            return new Gpt2Vocabulary(BpeFiles.ReadIds(Path.Combine(folder, names.Ids)), BpeFiles.ReadMerges(merges, path, int.MaxValue));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new PareidoliaException($"Cannot read the tokenizer '{folder}': {error.Message}", error);
        }
    }

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c> and <c>tokenizer_config.json</c>, each atomically.</summary>
    /// <param name="folder">Made if it is not there.</param>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        BpeFiles.Write(folder, Ids, Merges);
        BpeFiles.WriteJson(Path.Combine(folder, "tokenizer_config.json"), indented: true, json =>
        {
            json.WriteBoolean("add_prefix_space", false);
            json.WriteString("errors", "replace");
            json.WriteString("tokenizer_class", "GPT2Tokenizer");
            foreach (string role in (ReadOnlySpan<string>)["bos_token", "eos_token", "unk_token"])
                json.WriteString(role, EndToken);
        });
    }
}
