using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Pareidolia.Text;

/// <summary>The tables of a CLIP tokenizer: the id of every symbol, the merges in order, and what frames a prompt.</summary>
/// <param name="Ids">Symbol (in the byte alphabet) or special token to id.</param>
/// <param name="Merges">Pairs to join, the first one first.</param>
public sealed record ClipVocabulary(IReadOnlyDictionary<string, int> Ids, IReadOnlyList<BytePair> Merges)
{
    private const int DefaultContext = 77;

    // OpenAI's list is longer than the vocabulary that was trained with: only so many of its merges count.
    private const int OpenAiMerges = 49152 - 256 - 2;

    /// <summary>The token that starts a prompt.</summary>
    public string BosToken { get; init; } = ClipWords.Start;

    /// <summary>The token that ends a prompt.</summary>
    public string EosToken { get; init; } = ClipWords.End;

    /// <summary>The token that fills a prompt up to the context length; Stable Diffusion 2 has <c>!</c> here.</summary>
    public string PadToken { get; init; } = ClipWords.End;

    /// <summary>The token for symbols that the vocabulary does not have.</summary>
    public string UnknownToken { get; init; } = ClipWords.End;

    /// <summary>Context length, start and end included.</summary>
    public int MaxLength { get; init; } = DefaultContext;

    /// <summary>Bytes, bytes that end a word, merges in order, start, end: the numbering of every vocabulary that CLIP's format describes.</summary>
    public static ClipVocabulary FromMerges(IReadOnlyList<BytePair> merges)
    {
        List<string> symbols = [.. ByteAlphabet.Order().Select(value => ByteAlphabet.Character(value).ToString())];
        symbols.AddRange(symbols.Select(symbol => symbol + ByteAlphabet.WordEnd).ToArray());
        symbols.AddRange(merges.Select(pair => pair.Left + pair.Right));
        symbols.Add(ClipWords.Start);
        symbols.Add(ClipWords.End);
        Dictionary<string, int> ids = [];
        for (int i = 0; i < symbols.Count; i++)
            ids[symbols[i]] = i;
        return new ClipVocabulary(ids, merges);
    }

    /// <summary>Reads a Hugging Face tokenizer folder (<c>vocab.json</c>, <c>merges.txt</c>) or OpenAI's <c>bpe_simple_vocab_16e6.txt.gz</c>.</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged.</exception>
    public static ClipVocabulary Load(string path)
    {
        try
        {
            return File.Exists(path) ? LoadOpenAi(path) : LoadFolder(path);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or JsonException
            or InvalidOperationException)
        {
            throw new PareidoliaException($"Cannot read the tokenizer '{path}': {error.Message}", error);
        }
    }

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>, each atomically.</summary>
    /// <param name="folder">Made if it is not there.</param>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        BpeFiles.Write(folder, Ids, Merges);
        BpeFiles.WriteJson(Path.Combine(folder, "special_tokens_map.json"), indented: true, WriteSpecialTokens);
        BpeFiles.WriteJson(Path.Combine(folder, "tokenizer_config.json"), indented: true, json =>
        {
            json.WriteBoolean("add_prefix_space", false);
            json.WriteBoolean("do_lower_case", true);
            json.WriteString("errors", "replace");
            json.WriteNumber("model_max_length", MaxLength);
            json.WriteString("tokenizer_class", "CLIPTokenizer");
            WriteSpecialTokens(json);
        });
    }

    private static ClipVocabulary LoadOpenAi(string path)
    {
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.UTF8);
        return FromMerges(BpeFiles.ReadMerges(reader, path, OpenAiMerges));
    }

    private static ClipVocabulary LoadFolder(string folder)
    {
        string mergesPath = Path.Combine(folder, "merges.txt");
        Dictionary<string, int> ids = BpeFiles.ReadIds(Path.Combine(folder, "vocab.json"));
        using StreamReader reader = new(mergesPath, Encoding.UTF8);
        ClipVocabulary vocabulary = new(ids, BpeFiles.ReadMerges(reader, mergesPath, int.MaxValue));
        foreach (string name in (string[])["tokenizer_config.json", "special_tokens_map.json"])
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
                vocabulary = vocabulary.With(path);
        }
        return vocabulary;
    }

    private ClipVocabulary With(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement root = document.RootElement;
        return this with
        {
            BosToken = TokenOf(root, "bos_token") ?? BosToken,
            EosToken = TokenOf(root, "eos_token") ?? EosToken,
            PadToken = TokenOf(root, "pad_token") ?? PadToken,
            UnknownToken = TokenOf(root, "unk_token") ?? UnknownToken,
            MaxLength = LengthOf(root) ?? MaxLength,
        };
    }

    // A token stands as a text or as an object with its text in "content".
    private static string? TokenOf(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement value))
            return null;
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content))
            value = content;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    // A tokenizer without a limit says 1e30 here.
    private static int? LengthOf(JsonElement root)
    {
        if (!root.TryGetProperty("model_max_length", out JsonElement value) || value.ValueKind != JsonValueKind.Number)
            return null;
        return value.TryGetInt32(out int length) && length >= 2 ? length : null;
    }

    private void WriteSpecialTokens(Utf8JsonWriter json)
    {
        json.WriteString("bos_token", BosToken);
        json.WriteString("eos_token", EosToken);
        json.WriteString("pad_token", PadToken);
        json.WriteString("unk_token", UnknownToken);
    }
}
