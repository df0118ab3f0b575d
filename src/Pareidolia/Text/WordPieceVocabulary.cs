using System.Text;
using Pareidolia.Files;
using Pareidolia.Weights;

namespace Pareidolia.Text;

/// <summary>The pieces of a BERT tokenizer in the order of their ids; those that go on a word begin with <c>##</c>.</summary>
/// <param name="Pieces">The pieces.</param>
public sealed record WordPieceVocabulary(IReadOnlyList<string> Pieces)
{
    /// <summary>The special tokens in the order in which a new vocabulary begins with them: padding, unknown, start, end, hidden.</summary>
    public static IReadOnlyList<string> Special { get; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Whether texts are lower-cased and lose their accents first.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Reads a <c>vocab.txt</c>, or a folder with one and, where it has that, <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="PareidoliaException">A file is missing, damaged, or names a piece twice.</exception>
    public static WordPieceVocabulary Load(string path)
    {
        string config = Path.Combine(path, "tokenizer_config.json");
        bool lowerCase = !File.Exists(config) || JsonConfig.Load(config).Bool("do_lower_case", true);
        return new WordPieceVocabulary(LinesOf(Directory.Exists(path) ? Path.Combine(path, "vocab.txt") : path)) { LowerCase = lowerCase };
    }

    /// <summary>Writes <c>vocab.txt</c> and <c>tokenizer_config.json</c>, each atomically.</summary>
    /// <param name="folder">Made if it is not there.</param>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        WriteLines(Path.Combine(folder, "vocab.txt"), Pieces);
        BpeFiles.WriteJson(Path.Combine(folder, "tokenizer_config.json"), indented: true, json =>
        {
            json.WriteBoolean("do_lower_case", LowerCase);
            json.WriteString("tokenizer_class", "BertTokenizer");
        });
    }

    /// <summary>One entry a line.</summary>
    internal static void WriteLines(string path, IEnumerable<string> lines) =>
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")))));

    /// <summary>The lines of a vocabulary, no two of them equal.</summary>
    internal static string[] LinesOf(string path)
    {
        try
        {
            string[] lines = [.. File.ReadAllText(path, Encoding.UTF8).TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r'))];
            HashSet<string> seen = [];
            string? twice = lines.FirstOrDefault(line => !seen.Add(line));
            return twice is null ? lines : throw new PareidoliaException($"'{path}' has the entry '{twice}' more than once; each line is an entry of its own.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read the vocabulary '{path}': {error.Message}", error);
        }
    }
}
