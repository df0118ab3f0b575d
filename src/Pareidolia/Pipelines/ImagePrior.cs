// Hierarchical Text-Conditional Image Generation with CLIP Latents, https://arxiv.org/abs/2204.06125
using Pareidolia.Diffusion;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>
/// What stands before unCLIP's decoder: where CLIP sees a picture, or would see the picture of a text. The latter is the prior's part; a model without
/// <c>prior/</c> has the text's own embedding in its place.
/// </summary>
internal sealed class ImagePrior : IDisposable
{
    // Of as many draws the one that CLIP finds nearest to the text is taken, as the paper does.
    private const int Draws = 2;
    private const int Steps = 24;

    private readonly ClipReader _clip;
    private readonly Pretrained<PriorTransformer>? _prior;
    private readonly Scheduler? _scheduler;

    private ImagePrior(ClipReader clip, Pretrained<PriorTransformer>? prior, Scheduler? scheduler) => (_clip, _prior, _scheduler) = (clip, prior, scheduler);

    /// <summary>Numbers of an embedding.</summary>
    public int Width => _clip.Model.Config.ProjectionDim;

    /// <summary>Elements of its weights.</summary>
    public long Parameters => _clip.Parameters + (_prior?.Weights.Count ?? 0);

    /// <summary>Loads a model's; null for a model whose UNet reads texts.</summary>
    /// <exception cref="PareidoliaException">A part is missing or damaged.</exception>
    public static ImagePrior? Load(ModelSource model, Backend? device)
    {
        if (!model.Has("unet") || model.Component("unet").Config.Text("encoder_hid_dim_type") != "image_proj")
            return null;
        Scheduler? scheduler = model.Has("prior") ? Scheduler.Load(model.Component("prior_scheduler").Config) : null;
        return new ImagePrior(
            ClipReader.Load(model.Path, device), scheduler is null ? null : PriorTransformer.Load(model.Component("prior").Folder, device), scheduler);
    }

    /// <summary>Where the picture of a text would be seen [1, 1, d]; zeros for an empty text, which the decoder knows as nothing said.</summary>
    public Tensor OfText(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return Tensor.Zeros([1, 1, Width], _clip.Device);
        using Scope scope = new();
        ClipTextOutput said = _clip.Model.Text.Forward(_clip.Ids([text]));
        Tensor own = ClipModel.Direction(said.Embeds!);                                                 // [1, d]
        return scope.Keep((_prior is null ? own : Nearest(_prior.Model, own, said.LastHidden)).Reshape(1, 1, Width));
    }

    /// <summary>Where CLIP sees a picture [1, 1, d].</summary>
    public Tensor OfPicture(Image picture)
    {
        using Scope scope = new();
        return scope.Keep(ClipModel.Direction(_clip.Model.EncodeImage(_clip.Pixels(picture))).Reshape(1, 1, Width));
    }

    /// <summary>The embedding a share of the way from one to another, along the sphere on which all of them lie.</summary>
    public static Tensor Between(Tensor from, Tensor to, double share)
    {
        using Scope scope = new();
        double cosine = Math.Clamp((from.L2Normalize() * to.L2Normalize()).Sum().Item(), -1, 1), angle = Math.Acos(cosine), sine = Math.Sin(angle);
        (double a, double b) = sine < 1e-6 ? (1 - share, share) : (Math.Sin((1 - share) * angle) / sine, Math.Sin(share * angle) / sine);
        return scope.Keep(ClipModel.Direction(from.Scale((float)a) + to.Scale((float)b)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clip.Dispose();
        _prior?.Dispose();
    }

    // The same text always gives the same embedding: seeds then vary what the decoder makes of it.
    private Tensor Nearest(PriorTransformer prior, Tensor text, Tensor tokens)
    {
        Tensor[] copies = [.. Enumerable.Repeat(text, Draws)], tokenCopies = [.. Enumerable.Repeat(tokens, Draws)];
        Tensor drawn = ClipModel.Direction(prior.Draw(
            Tensor.Concat(0, copies), Tensor.Concat(0, tokenCopies), new TorchCpuGenerator(0), (network, noise) => _scheduler!.Plan(Steps).Draw(network.Invoke, noise)));
        float[] near = drawn.MatMul(text, transposeOther: true).ToArray();
        return drawn.Slice(0, Array.IndexOf(near, near.Max()), 1);
    }
}
