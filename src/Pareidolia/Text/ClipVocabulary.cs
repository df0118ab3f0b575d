using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pareidolia.Files;

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
        WriteJson(Path.Combine(folder, "vocab.json"), indented: false, json =>
        {
            foreach (KeyValuePair<string, int> entry in Ids.OrderBy(entry => entry.Value))
                json.WriteNumber(entry.Key, entry.Value);
        });
        AtomicFile.Write(Path.Combine(folder, "merges.txt"), stream => stream.Write(Encoding.UTF8.GetBytes(
            "#version: 0.2\n" + string.Concat(Merges.Select(pair => $"{pair.Left} {pair.Right}\n")))));
        WriteJson(Path.Combine(folder, "special_tokens_map.json"), indented: true, WriteSpecialTokens);
        WriteJson(Path.Combine(folder, "tokenizer_config.json"), indented: true, json =>
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
        return FromMerges(ReadMerges(reader, path, OpenAiMerges));
    }

    private static ClipVocabulary LoadFolder(string folder)
    {
        string mergesPath = Path.Combine(folder, "merges.txt");
        Dictionary<string, int> ids = ReadIds(Path.Combine(folder, "vocab.json"));
        using StreamReader reader = new(mergesPath, Encoding.UTF8);
        ClipVocabulary vocabulary = new(ids, ReadMerges(reader, mergesPath, int.MaxValue));
        foreach (string name in (string[])["tokenizer_config.json", "special_tokens_map.json"])
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
                vocabulary = vocabulary.With(path);
        }
        return vocabulary;
    }

    private static Dictionary<string, int> ReadIds(string path)
    {
        Dictionary<string, int> ids = [];
        HashSet<int> taken = [];
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (JsonProperty entry in document.RootElement.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0)
                throw new PareidoliaException($"'{path}' gives '{entry.Name}' the id {entry.Value.GetRawText()}; an id is a whole number from 0.");
            if (!taken.Add(id))
                throw new PareidoliaException($"'{path}' gives the id {id} to more than one symbol, one of them '{entry.Name}'.");
            ids[entry.Name] = id;
        }
        return ids;
    }

    // The first line is a version; a line is two symbols with one space between them.
    private static List<BytePair> ReadMerges(TextReader reader, string path, int limit)
    {
        List<BytePair> merges = [];
        _ = reader.ReadLine();
        while (merges.Count < limit && reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space <= 0 || space == line.Length - 1 || line.IndexOf(' ', space + 1) >= 0)
                throw new PareidoliaException($"Line {merges.Count + 2} of '{path}' is not a merge of two symbols: '{Short(line)}'.");
            merges.Add(new BytePair(line[..space], line[(space + 1)..]));
        }
        return merges;
    }

    private static string Short(string line) => line.Length <= 40 ? line : line[..40] + "...";

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

    private static void WriteJson(string path, bool indented, Action<Utf8JsonWriter> write) => AtomicFile.Write(path, stream =>
    {
        JsonWriterOptions options = new() { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using Utf8JsonWriter json = new(stream, options);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
    });
}
