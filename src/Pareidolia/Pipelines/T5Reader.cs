// Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding, https://arxiv.org/abs/2205.11487, section 2.1
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>A frozen T5 encoder in the place of CLIP's text tower, as cascades have it.</summary>
internal sealed class T5Reader : IDisposable
{
    private const string Encoder = "text_encoder", Tokenizer = "tokenizer";

    private readonly Pretrained<T5EncoderModel> _model;
    private readonly T5Tokenizer _tokenizer;

    private T5Reader(Pretrained<T5EncoderModel> model, T5Tokenizer tokenizer, int length) => (_model, _tokenizer, Length) = (model, tokenizer, length);

    /// <summary>Tokens that are read, the end included.</summary>
    public int Length { get; }

    /// <summary>Numbers that it says of a token.</summary>
    public int Width => _model.Model.Config.DModel;

    /// <summary>Its parameters.</summary>
    public WeightStore Weights => _model.Weights;

    /// <summary>Whether a model's text encoder is a T5.</summary>
    public static bool IsIn(ModelSource model) => model.Has(Encoder) && T5EncoderModel.IsIn(model.Component(Encoder));

    /// <summary>Loads a model's; null where its text encoder is another.</summary>
    /// <exception cref="PareidoliaException">A part is missing or damaged.</exception>
    public static T5Reader? Load(ModelSource model, Backend? device) => !IsIn(model) ? null : new T5Reader(
        T5EncoderModel.Load(model.Component(Encoder).Folder, device), T5Tokenizer.Load(model.Component(Tokenizer).Folder),
        T5EncoderModel.LengthIn(model.Component(Tokenizer)));

    /// <summary>What it says of a text's tokens [1, length, width].</summary>
    public Tensor Read(string text)
    {
        using Scope scope = new();
        (int[] ids, int[] mask) = _tokenizer.Padded(text, Length);
        return scope.Keep(_model.Model.Forward(Tensor.From(ids, [1, Length], Weights.Device), Tensor.From(mask, [1, Length], Weights.Device)));
    }

    /// <summary>A text's tokens.</summary>
    public Tokens Tokenize(string text) => new(text, _tokenizer.Locate(text), _tokenizer.End, _tokenizer.End, _tokenizer.Pad);

    /// <summary>The text of a token.</summary>
    public string TextOf(int token) => _tokenizer.Decode([token]);

    /// <summary>The tokens that lie nearest to one in its table, the nearest first, with the cosine of the angle between them.</summary>
    public IReadOnlyList<(int Token, double Cosine)> Neighbours(int token, int count)
    {
        using Scope scope = new();
        // Tables are often longer than their vocabularies.
        int pieces = Math.Min(_tokenizer.Vocabulary.Pieces.Count, _model.Model.Config.VocabSize);
        Tensor table = _model.Model.Pieces.Forward(Tensor.From([.. Enumerable.Range(0, pieces)], [pieces], Weights.Device));
        return NearTokens.Of(table, token, count);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
