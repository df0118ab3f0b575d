using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>The autoencoder with a codebook against diffusers'.</summary>
public sealed class VqModelGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("vq");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Latents_entries_loss_and_pictures_are_those_of_diffusers(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<VqModel> vae = VqModel.Load(golden.Folder, GoldenCase.Device(device));
        Tensor latents = vae.Model.Encode(golden.Input("image", vae.Weights.Device, Layout.ChannelsLast));
        golden.Check("latents", latents, Layout.ChannelsLast);
        Assert.Equal(golden.Outputs["indices"].ToInt64(), vae.Model.Indices(latents).ToIntArray().Select(index => (long)index));
        golden.Check("quantized", vae.Model.Quantise(latents), Layout.ChannelsLast);
        golden.Check("commit_loss", vae.Model.CommitmentLoss(latents).ToArray());
        Tensor latent = golden.Input("latent", vae.Weights.Device, Layout.ChannelsLast);
        golden.Check("decoded", vae.Model.Decode(latent), Layout.ChannelsLast);
        golden.Check("decoded_no_quant", vae.Model.Decode(latent, quantised: true), Layout.ChannelsLast);
    }
}
