using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;

namespace Pareidolia.Training;

/// <summary>Pictures and texts in a CLIP's latent space, in batches.</summary>
internal sealed class ClipEmbeddings(ClipModel model, ClipTokenizer tokenizer)
{
    private const int Batch = 64;

    /// <summary>Normalised embeddings [n, d] of texts.</summary>
    public Tensor OfTexts(IReadOnlyList<string> texts) => Joined(texts.Count, places => model.EncodeText(Ids(tokenizer, places.Select(place => texts[place]))));

    /// <summary>Normalised embeddings [n, d] of pictures, which are made batch by batch: [b, h, w, c] in -1..1 of any size.</summary>
    public Tensor OfPictures(int count, Func<int[], Tensor> pictures) => Joined(count, places => model.EncodeImage(Fitted(pictures(places))));

    /// <summary>Cosines [pictures, captions] of some pictures of a set and their captions of a number; those that have fewer are asked for by their last.</summary>
    public Tensor Cosines(PictureSet set, IReadOnlyList<int> chosen, int caption)
    {
        using Scope scope = new();
        Tensor images = OfPictures(chosen.Count, places => set.Batch([.. places.Select(place => chosen[place])]));
        Tensor texts = OfTexts([.. chosen.Select(index => set.Pictures[index].Record.Captions).Select(captions => captions[Math.Min(caption, captions.Count - 1)])]);
        return scope.Keep(images.MatMul(texts, transposeOther: true));
    }

    /// <summary>The ids [b, n] of texts.</summary>
    public static Tensor Ids(ClipTokenizer tokenizer, IEnumerable<string> texts)
    {
        int[][] ids = [.. texts.Select(text => tokenizer.Encode(text))];
        return Tensor.From([.. ids.SelectMany(row => row)], [ids.Length, tokenizer.MaxLength]);
    }

    // At the size and with the three channels that the tower reads; ours is trained on pixels in -1..1.
    private Tensor Fitted(Tensor pictures)
    {
        int size = model.Config.Vision.ImageSize;
        Tensor sized = pictures.Shape[1] == size ? pictures : pictures.Interpolate(size, size, Interpolation.Bicubic, antialias: true).Clamp(-1, 1);
        return sized.Shape[3] == 3 ? sized : Tensor.Concat(3, sized, sized, sized);
    }

    private static Tensor Joined(int count, Func<int[], Tensor> embed)
    {
        using Scope scope = new();
        List<Tensor> parts = [];
        foreach (int[] places in Enumerable.Range(0, count).Chunk(Batch))
        {
            using Scope part = new();
            parts.Add(part.Keep(embed(places).L2Normalize()));
        }
        return scope.Keep(Tensor.Concat(0, [.. parts]));
    }
}
