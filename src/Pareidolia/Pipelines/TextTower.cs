using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>Where in a text encoder a prompt is read.</summary>
/// <param name="Layer">Counted from the end: 1 is the last.</param>
/// <param name="Normed">Through the final norm, as Stable Diffusion 1 and 2 do and SDXL does not.</param>
internal readonly record struct TowerPlace(int Layer, bool Normed);

/// <summary>A text encoder with its tokenizer.</summary>
/// <param name="Tokenizer">Cuts texts.</param>
/// <param name="Model">Reads them.</param>
/// <param name="Place">Which of a family's encoders it is: 0 for the first, 1 for SDXL's second.</param>
internal sealed record TextTower(ClipTokenizer Tokenizer, Pretrained<ClipTextModel> Model, int Place) : IDisposable
{
    /// <summary>The names of the parts of each place.</summary>
    public static IReadOnlyList<(string Encoder, string Tokenizer)> Parts { get; } =
        [("text_encoder", "tokenizer"), ("text_encoder_2", "tokenizer_2")];

    /// <summary>Tokens that it reads at once, start and end included.</summary>
    public int Length => Math.Min(Tokenizer.MaxLength, Model.Model.Config.MaxPositionEmbeddings);

    /// <summary>Numbers that it says of a token.</summary>
    public int Width => Model.Model.Config.HiddenSize;

    /// <summary>Numbers that it says of a whole text; null where it has no projection.</summary>
    public int? PooledWidth => Model.Model.Config.WithProjection ? Model.Model.Config.ProjectionDim : null;

    /// <summary>Loads a text encoder and the tokenizer that belongs to it.</summary>
    public static TextTower Load(ModelSource model, int place, Backend? device)
    {
        (string encoder, string tokenizer) = Parts[place];
        ClipTokenizer words = TokenizerPart.Load(model.Component(tokenizer));
        return new TextTower(words, ClipTextModel.Load(model.Component(encoder), device), place);
    }

    /// <summary>
    /// What it says of texts that belong together (the web UI keeps the mean of all of them when it applies weights): for each its tokens
    /// [1, chunks * length, width] and its pooled vector [1, d].
    /// </summary>
    public IReadOnlyList<EncodedText> Read(
        IReadOnlyList<string> texts, PromptDialect dialect, TowerPlace place, Embeddings learned)
    {
        TokenChunk empty = TokenChunk.Framed([], Tokenizer, Length);
        IReadOnlyList<TokenChunk>[] chunks = [.. texts.Select(text => PromptReading.Chunks(dialect, text, Tokenizer, Length, learned.Words))];
        int most = dialect == PromptDialect.A1111 ? chunks.Max(list => list.Count) : 0;
        chunks = [.. chunks.Select(list => (TokenChunk[])[.. list, .. Enumerable.Repeat(empty, Math.Max(0, most - list.Count))])];
        using Scope scope = new();
        TokenChunk[] rows = [.. chunks.SelectMany(list => list), .. dialect == PromptDialect.ComfyUi ? [empty] : Array.Empty<TokenChunk>()];
        (Tensor hidden, Tensor? pooled) = Forward(rows, place, learned);
        hidden = Weighted(hidden, rows, dialect, most);
        List<EncodedText> read = [];
        for (int i = 0, row = 0; i < chunks.Length; row += chunks[i++].Count)
            read.Add(new EncodedText(
                hidden.Slice(0, row, chunks[i].Count).Reshape(1, chunks[i].Count * Length, Width), pooled?.Slice(0, row, 1)).KeptBy(scope));
        return read;
    }

    /// <summary>The tokens that lie nearest to one in its table, the nearest first, with the cosine of the angle between them.</summary>
    public IReadOnlyList<(int Token, double Cosine)> Neighbours(int token, int count)
    {
        using Scope scope = new();
        int words = Model.Model.Config.VocabSize;
        Tensor table = Model.Model.Embed(Tensor.From([.. Enumerable.Range(0, words)], [1, words], Model.Weights.Device)).Reshape(words, Width);
        return NearTokens.Of(table, token, count);
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private (Tensor Hidden, Tensor? Pooled) Forward(TokenChunk[] rows, TowerPlace place, Embeddings learned)
    {
        PromptToken[] tokens = [.. rows.SelectMany(row => row.Tokens)];
        Tensor ids = Tensor.From([.. tokens.Select(token => token.Id)], [rows.Length, Length], Model.Weights.Device);
        ClipTextOutput output = Model.Model.Forward(ids, tokens.Any(token => token.Learned is not null) ? Embedded(ids, tokens, learned) : null);
        int layers = output.HiddenStates.Count - 1;
        if (place.Layer > layers)
            throw new PareidoliaException($"The prompt is to be read {place.Layer} layers from the end, but the text encoder has {layers} layers.");
        Tensor hidden = output.HiddenStates[^place.Layer];
        return (!place.Normed ? hidden : place.Layer == 1 ? output.LastHidden : Model.Model.FinalNorm(hidden), output.Embeds);
    }

    // The rows of the table, and of learned words their own.
    private Tensor Embedded(Tensor ids, PromptToken[] tokens, Embeddings learned)
    {
        float[] rows = Model.Model.Embed(ids).ToArray();
        for (int i = 0; i < tokens.Length; i++)
            if (tokens[i].Learned is LearnedWord word)
                learned.Row(word, tokens[i].Row, Place, Width).CopyTo(rows, i * Width);
        return Tensor.From(rows, [ids.Shape[0], Length, Width], ids.Device);
    }

    private Tensor Weighted(Tensor hidden, TokenChunk[] rows, PromptDialect dialect, int most)
    {
        if (!rows.Any(row => row.IsWeighted))
            return hidden;
        float[] values = [.. rows.SelectMany(row => row.Tokens).Select(token => (float)token.Weight)];
        Tensor weights = Tensor.From(values, [rows.Length, Length], hidden.Device);
        return dialect == PromptDialect.ComfyUi
            ? Emphasis.FromEmpty(hidden, hidden.Slice(0, rows.Length - 1, 1), weights)
            : Restored(hidden, weights, most);
    }

    // The mean is kept over the first chunks of all texts, over their second chunks, and so on.
    private Tensor Restored(Tensor hidden, Tensor weights, int chunks)
    {
        int texts = hidden.Shape[0] / chunks;
        Tensor byText = hidden.Reshape(texts, chunks * Length, Width), weightsByText = weights.Reshape(texts, chunks * Length);
        Tensor[] restored =
        [
            .. Enumerable.Range(0, chunks).Select(
                i => Emphasis.Restored(byText.Slice(1, i * Length, Length), weightsByText.Slice(1, i * Length, Length))),
        ];
        return Tensor.Concat(1, restored).Reshape([.. hidden.Shape]);
    }
}
