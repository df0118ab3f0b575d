// An Image is Worth One Word: Personalizing Text-to-Image Generation using Textual Inversion, https://arxiv.org/abs/2208.01618
using Pareidolia.Tensors;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Adapters;

/// <summary>
/// A folder of words that were learned by textual inversion, one in each file: the web UI's (<c>string_to_param</c> or <c>emb_params</c>),
/// diffusers' (a tensor under the word's own name), or SDXL's (<c>clip_l</c> and <c>clip_g</c>). A word is called by its file's name.
/// </summary>
internal sealed class Embeddings
{
    private static readonly string[] s_endings = [".safetensors", ".pt", ".bin", ".ckpt", ".pth"];
    private static readonly string[] s_xl = ["clip_l", "clip_g"];

    private readonly Dictionary<string, LearnedWord> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, float[][]>> _rows = new(StringComparer.Ordinal);

    /// <summary>The words by name.</summary>
    public IReadOnlyDictionary<string, LearnedWord> Words => _words;

    /// <summary>Reads a folder; null has no words.</summary>
    /// <exception cref="PareidoliaException">The folder is missing, or a file in it is broken.</exception>
    public static Embeddings Load(string? folder)
    {
        Embeddings embeddings = new();
        if (folder is null)
            return embeddings;
        if (!Directory.Exists(folder))
            throw new PareidoliaException($"The folder of embeddings '{folder}' does not exist.");
        foreach (string file in Directory.GetFiles(folder).Where(file => s_endings.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal))
            embeddings.Add(file);
        return embeddings;
    }

    /// <summary>A row of a word as a text encoder reads it.</summary>
    /// <param name="word">One of <see cref="Words"/>.</param>
    /// <param name="row">Which of its rows.</param>
    /// <param name="place">Which of the model's text encoders: 0 for CLIP ViT-L, 1 for SDXL's second.</param>
    /// <param name="width">Numbers that the encoder has for a token.</param>
    /// <exception cref="PareidoliaException">The word was learned for another family.</exception>
    public float[] Row(LearnedWord word, int row, int place, int width)
    {
        Dictionary<string, float[][]> rows = _rows[word.Name];
        float[][]? fitting = rows.GetValueOrDefault(s_xl[place]) ?? (rows.Count == 1 ? rows.Values.First() : null);
        return fitting is not null && fitting[0].Length == width
            ? fitting[row]
            : throw new PareidoliaException($"The embedding '{word.Name}' belongs to another family of models: it has "
                + $"{string.Join(" and ", rows.Select(tensor => $"'{tensor.Key}' of {tensor.Value[0].Length}"))} numbers for a token, "
                + $"where this model's text encoder reads {width}.");
    }

    private void Add(string file)
    {
        using StoredWeights weights = StoredWeights.Open(file);
        using Scope scope = new();
        string name = Path.GetFileNameWithoutExtension(file);
        string[] tensors = [.. weights.Names.Where(tensor => weights.Entry(tensor) is { Count: > 1, Shape.Length: 1 or 2 })];
        if (tensors.Length == 0)
            throw new PareidoliaException($"'{file}' is no embedding: it has no tensor of one or more rows.");
        _rows[name] = tensors.ToDictionary(tensor => tensor, tensor => Rows(TensorFiles.Read(weights, tensor)));
        _words[name] = new LearnedWord(name, _rows[name].Values.Max(rows => rows.Length));
    }

    private static float[][] Rows(Tensor tensor) => [.. tensor.ToArray().Chunk(tensor.Shape[-1])];
}
