// Learning Transferable Visual Models From Natural Language Supervision, https://arxiv.org/abs/2103.00020, section 3.1
using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>
/// Tells what pictures show among classes that are named in words, which the model was never trained to tell apart: a picture belongs to the class whose
/// texts lie nearest in the shared latent space. A class may have several texts; the mean of their directions stands for it.
/// </summary>
public sealed class ZeroShotClassifier
{
    private readonly ClipModel _model;
    private readonly float[] _classes;

    /// <summary>Encodes the classes.</summary>
    /// <param name="model">The CLIP, which stays the caller's.</param>
    /// <param name="texts">For each class the I32 ids [t, n] of its texts.</param>
    /// <exception cref="ArgumentException">There is no class.</exception>
    public ZeroShotClassifier(ClipModel model, IReadOnlyList<Tensor> texts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0)
            throw new ArgumentException("A picture cannot be one of no classes.", nameof(texts));
        (_model, Count) = (model, texts.Count);
        using Scope scope = new();
        Tensor[] rows = [.. texts.Select(ids => model.EncodeText(ids).L2Normalize().Mean(0, keep: true).L2Normalize())];
        _classes = Tensor.Concat(0, rows).ToArray();                                    // [classes, d]
    }

    /// <summary>Number of classes.</summary>
    public int Count { get; }

    /// <summary>How likely pictures [b, size, size, 3], as the model's tower reads them, belong to each class: [b, classes], each row adding up to 1.</summary>
    public Tensor Probabilities(Tensor pixels)
    {
        using Scope scope = new();
        Tensor classes = Tensor.From(_classes, [Count, _classes.Length / Count], pixels.Device);
        return scope.Keep(_model.Logits(_model.EncodeImage(pixels), classes).Softmax());
    }
}
