using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Training;

/// <summary>
/// What a network is told of a picture in training: always a tensor [b, tokens, width], whatever it comes from. It is sometimes left out, so that
/// guidance works (https://arxiv.org/abs/2207.12598).
/// </summary>
/// <param name="OfTrain">Of training pictures, some of them left out at random.</param>
/// <param name="OfValidation">Of held-out pictures.</param>
/// <param name="Nothing">For so many pictures of which nothing is told.</param>
/// <param name="OfText">For captions; each must be one of the set's.</param>
internal sealed record PictureCondition(
    Func<IReadOnlyList<int>, TorchCpuGenerator, Tensor> OfTrain, Func<IReadOnlyList<int>, Tensor> OfValidation, Func<int, Tensor> Nothing,
    Func<IReadOnlyList<string>, Tensor>? OfText = null)
{
    /// <summary>The states of captions as a text encoder reads them.</summary>
    /// <param name="recipe">Says how often captions are left out, and how often the one that names the style is taken.</param>
    /// <param name="states">Reads captions [b] to [b, tokens, width].</param>
    /// <param name="train">Training pictures.</param>
    /// <param name="validation">Held-out pictures.</param>
    public static PictureCondition OfCaptions(Recipe recipe, Func<IReadOnlyList<string>, Tensor> states, PictureSet train, PictureSet validation)
    {
        (double dropout, double styleShare) = (recipe.Json.Double("caption_dropout", 0.1), recipe.Json.Double("style_caption_share", 0.5));
        return new PictureCondition(
            (batch, random) => states([.. batch.Select(index => Drawn(train.Pictures[index].Record.Captions, dropout, styleShare, random))]),
            chosen => states([.. chosen.Select(index => StyledCaption(validation.Pictures[index]))]),
            count => states([.. Enumerable.Repeat("", count)]),
            states);
    }

    /// <summary>Where CLIP sees the picture itself (https://arxiv.org/abs/2204.06125): one token, and nothing is a token of zeros.</summary>
    /// <param name="recipe">Says how often the token is left out.</param>
    /// <param name="train">Where CLIP sees the training pictures.</param>
    /// <param name="validation">Where it sees the held-out ones.</param>
    public static PictureCondition OfPictures(Recipe recipe, ImageEmbeddings train, ImageEmbeddings validation)
    {
        double dropout = recipe.Json.Double("caption_dropout", 0.1);
        return new PictureCondition(
            (batch, random) =>
            {
                float[] draw = new float[batch.Count];
                random.Rand(draw);
                float[] kept = Array.ConvertAll(draw, value => value < dropout ? 0f : 1f);
                return train.Of(batch) * Tensor.From(kept, [batch.Count, 1, 1]);
            },
            validation.Of,
            count => Tensor.Zeros([count, 1, train.Width]));
    }

    /// <summary>The second caption, which names the style; pictures of one's own may have but one.</summary>
    public static string StyledCaption(Picture picture) => picture.Record.Captions[Math.Min(1, picture.Record.Captions.Count - 1)];

    // The second caption names the style and is what people are asked to write, so it is drawn more often.
    private static string Drawn(IReadOnlyList<string> captions, double dropout, double styleShare, TorchCpuGenerator random)
    {
        float[] draw = new float[3];
        random.Rand(draw);
        if (draw[0] < dropout)
            return "";
        return captions.Count > 1 && draw[1] < styleShare ? captions[1] : captions[(int)(draw[2] * captions.Count)];
    }
}
