using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Pictures as a latent diffusion model redraws them from partly noised latents (SDEdit, https://arxiv.org/abs/2108.01073): soft and wrong in the ways of
/// its own pictures, but beside the truth. Computed once.
/// </summary>
internal sealed class RedrawnPictures
{
    private const int Rows = 16;
    private readonly List<byte[]> _pixels = [];
    private readonly PictureSet _pictures;
    private readonly Pretrained<AutoencoderKl> _autoencoder;
    private readonly Pretrained<UNet2DConditionModel> _unet;
    private readonly CaptionEmbeddings _captions;
    private readonly Scheduler _scheduler;

    /// <summary>Redraws every picture once for each strength.</summary>
    /// <param name="pictures">At the size that the model's autoencoder gives.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="strengths">How much noise each way begins with, the share of the steps that are taken; at 0 it is the autoencoder's round trip.</param>
    /// <param name="settings">Steps of a whole run, and guidance.</param>
    /// <param name="seed">Of the noise.</param>
    public RedrawnPictures(PictureSet pictures, string model, IReadOnlyList<double> strengths, (int Steps, double Guidance) settings, ulong seed)
    {
        _pictures = pictures;
        Ways = strengths.Count;
        using (_autoencoder = AutoencoderKl.Load(Path.Combine(model, "vae")))
        using (_unet = UNet2DConditionModel.Load(Path.Combine(model, "unet")))
        {
            _captions = CaptionEmbeddings.Load(
                Path.Combine(model, "text_encoder"), Path.Combine(model, "tokenizer"), pictures.Pictures.Select(PictureCondition.StyledCaption));
            _scheduler = Scheduler.Load(new ModelComponent(Path.Combine(model, "scheduler")).Config);
            foreach ((int way, double strength) in strengths.Index())
                foreach (int[] batch in Enumerable.Range(0, pictures.Pictures.Count).Chunk(Rows))
                    Redraw(batch, strength, settings, new TorchCpuGenerator((seed * 1_000_003) + (ulong)(way * pictures.Pictures.Count) + (ulong)batch[0]));
        }
    }

    /// <summary>In how many ways there is each picture.</summary>
    public int Ways { get; }

    /// <summary>Pictures [b, s, s, 3] in -1..1, each as <paramref name="ways"/> says.</summary>
    public Tensor Batch(IReadOnlyList<int> indices, IReadOnlyList<long> ways)
    {
        int next = 0;
        return _pictures.Batch(indices, index => _pixels[((int)ways[next++] * _pictures.Pictures.Count) + index]);
    }

    private void Redraw(int[] batch, double strength, (int Steps, double Guidance) settings, TorchCpuGenerator random)
    {
        using Scope scope = new();
        Tensor latent = _autoencoder.Model.ToLatent(_autoencoder.Model.Encode(_pictures.Batch(batch)).Mean);              // [b, h, w, c]
        if (strength > 0)
            latent = Redrawn(latent, batch, _scheduler.Plan(settings.Steps).Part(strength), settings.Guidance, random);
        Tensor pixels = _autoencoder.Model.Decode(_autoencoder.Model.FromLatent(latent)).Affine(127.5f, 127.5f).Clamp(0, 255);
        _pixels.AddRange(Array.ConvertAll(pixels.ToArray(), value => (byte)MathF.Round(value)).Chunk(_pictures.Size * _pictures.Size * _pictures.Channels));
    }

    private Tensor Redrawn(Tensor latent, int[] batch, SamplingPlan plan, double guidance, TorchCpuGenerator random)
    {
        Tensor told = _captions.Of([.. batch.Select(index => PictureCondition.StyledCaption(_pictures.Pictures[index]))]);
        Network guided = TrainedGuidance.Of(_unet.Model, _captions.Of([.. batch.Select(_ => "")]), told, (float)guidance);
        return plan.Draw(guided, latent, Tensor.Randn(latent.Shape, random));
    }
}
