using System.Text.Json;

namespace Pareidolia.Text;

/// <summary>One piece of a unigram vocabulary.</summary>
/// <param name="Text">What it stands for; <c>▁</c> is a space.</param>
/// <param name="Score">Logarithm of its probability.</param>
public readonly record struct UnigramPiece(string Text, float Score);

/// <summary>
/// The pieces of a T5 tokenizer in the order of their ids: padding 0, end 1, unknown 2, and behind the pieces the sentinels of span corruption
/// <c>&lt;extra_id_0&gt;</c> .. from the last id down.
/// </summary>
/// <param name="Pieces">All pieces, special ones included.</param>
/// <param name="Special">The names of those that plain text never becomes.</param>
public sealed record UnigramVocabulary(IReadOnlyList<UnigramPiece> Pieces, IReadOnlySet<string> Special)
{
    /// <summary>The token's name that ends a text.</summary>
    public const string EndToken = "</s>";

    /// <summary>The name of what has no piece.</summary>
    public const string UnknownToken = "<unk>";

    /// <summary>The name of the token that fills texts up.</summary>
    public const string PadToken = "<pad>";

    private const string FileName = "tokenizer.json";
    private const int SmallestPruned = 200;

    /// <summary>What characters stand for before they are looked up, as sentencepiece compiles it; empty for themselves.</summary>
    public ReadOnlyMemory<byte> CharacterMap { get; init; }

    /// <summary>The name of a sentinel.</summary>
    public static string Sentinel(int index) => $"<extra_id_{index}>";

    /// <summary>Reads a <c>tokenizer.json</c> with a model of type Unigram, or a folder with one.</summary>
    /// <exception cref="PareidoliaException">The file is missing, damaged, or of another kind.</exception>
    public static UnigramVocabulary Load(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement, model = root.GetProperty("model");
            if (model.GetProperty("type").GetString() != "Unigram")
                throw new PareidoliaException($"'{file}' holds a tokenizer of type {model.GetProperty("type").GetString()}; a Unigram is needed.");
            UnigramPiece[] pieces = [.. model.GetProperty("vocab").EnumerateArray().Select(row => new UnigramPiece(row[0].GetString()!, row[1].GetSingle()))];
            HashSet<string> special = [.. root.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("content").GetString()!)];
            return new UnigramVocabulary(pieces, special) { CharacterMap = FindMap(root) };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException
            or KeyNotFoundException or IndexOutOfRangeException or FormatException)
        {
            throw new PareidoliaException($"Cannot read the tokenizer '{file}': {error.Message}", error);
        }
    }

    /// <summary>
    /// A smaller vocabulary of the pieces that texts use most. Single characters stay as long as there is room, so that few texts become unknown.
    /// </summary>
    /// <param name="counts">How often each id was used.</param>
    /// <param name="size">Pieces in all, at least 200.</param>
    /// <exception cref="PareidoliaException">The size is below that.</exception>
    public UnigramVocabulary Pruned(IReadOnlyDictionary<int, int> counts, int size)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (size < SmallestPruned)
            throw new PareidoliaException($"A T5 vocabulary of {size} pieces is too small; at least {SmallestPruned} are needed, of which about a hundred are sentinels.");
        bool IsSentinel(string name) => Special.Contains(name) && name.StartsWith("<extra_id_", StringComparison.Ordinal);
        int[] last = [.. Enumerable.Range(0, Pieces.Count).Where(id => IsSentinel(Pieces[id].Text))];
        int[] plain = [.. Enumerable.Range(0, Pieces.Count).Where(id => !Special.Contains(Pieces[id].Text))
            .OrderByDescending(id => Pieces[id].Text.Length == 1 && counts.ContainsKey(id)).ThenByDescending(id => counts.GetValueOrDefault(id)).ThenBy(id => id)];
        UnigramPiece[] kept = [.. Pieces.Take(3), .. plain.Take(size - 3 - last.Length).Order().Select(id => Pieces[id]), .. last.Select(id => Pieces[id])];
        return new UnigramVocabulary(kept, Special) { CharacterMap = CharacterMap };
    }

    /// <summary>Writes a <c>tokenizer.json</c> as transformers' fast tokenizers read it.</summary>
    /// <param name="folder">Made if it is not there.</param>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        BpeFiles.WriteJson(Path.Combine(folder, FileName), indented: false, json =>
        {
            json.WriteString("version", "1.0");
            WriteSpecial(json);
            WriteParts(json);
            WriteModel(json);
        });
        BpeFiles.WriteJson(Path.Combine(folder, "tokenizer_config.json"), indented: true, json => json.WriteString("tokenizer_class", "T5Tokenizer"));
    }

    private static byte[] FindMap(JsonElement root)
    {
        if (!root.TryGetProperty("normalizer", out JsonElement normalizer) || normalizer.ValueKind != JsonValueKind.Object)
            return [];
        IEnumerable<JsonElement> parts = normalizer.TryGetProperty("normalizers", out JsonElement all) ? all.EnumerateArray() : [normalizer];
        foreach (JsonElement part in parts)
            if (part.TryGetProperty("precompiled_charsmap", out JsonElement map))
                return map.GetBytesFromBase64();
        return [];
    }

    private void WriteSpecial(Utf8JsonWriter json)
    {
        json.WriteStartArray("added_tokens");
        foreach ((int id, UnigramPiece piece) in Pieces.Index().Where(row => Special.Contains(row.Item.Text)))
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", piece.Text);
            foreach (string flag in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip", "normalized"])
                json.WriteBoolean(flag, false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteParts(Utf8JsonWriter json)
    {
        json.WriteStartObject("normalizer");
        json.WriteString("type", "Precompiled");
        json.WriteBase64String("precompiled_charsmap", CharacterMap.Span);
        json.WriteEndObject();
        foreach (string part in (ReadOnlySpan<string>)["pre_tokenizer", "decoder"])
        {
            json.WriteStartObject(part);
            json.WriteString("type", "Metaspace");
            json.WriteString("replacement", "▁");
            json.WriteBoolean("add_prefix_space", true);
            json.WriteEndObject();
        }
    }

    private void WriteModel(Utf8JsonWriter json)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "Unigram");
        json.WriteNumber("unk_id", Pieces.Index().First(row => row.Item.Text == UnknownToken).Index);
        json.WriteStartArray("vocab");
        foreach (UnigramPiece piece in Pieces)
        {
            json.WriteStartArray();
            json.WriteStringValue(piece.Text);
            json.WriteNumberValue(piece.Score);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
