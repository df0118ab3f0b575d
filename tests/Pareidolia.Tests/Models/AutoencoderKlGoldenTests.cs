using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Encoder and decoder against diffusers'.</summary>
public sealed class AutoencoderKlGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("vae_kl");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Moments_sample_divergence_and_picture_are_those_of_diffusers(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(golden.Folder, GoldenCase.Device(device));
        foreach (string image in golden.Inputs.Keys.Where(key => key.StartsWith("image.", StringComparison.Ordinal)))
        {
            string size = image["image.".Length..];
            LatentDistribution latent = vae.Model.Encode(Input(golden, image, vae));
            Check(golden, $"mean.{size}", latent.Mean);
            Check(golden, $"logvar.{size}", latent.LogVariance);
            Check(golden, $"sample.{size}", latent.Sample(Input(golden, $"noise.{size}", vae)));
            golden.Check($"kl.{size}", latent.Kl().ToArray());
            Check(golden, $"decoded.{size}", vae.Model.Decode(Input(golden, $"latent.{size}", vae)));
        }
    }

    private static Tensor Input(GoldenCase golden, string key, Pretrained<AutoencoderKl> vae) =>
        Layout.ChannelsLast.Load(golden.Inputs[key], vae.Weights.Device);

    private static void Check(GoldenCase golden, string key, Tensor actual) =>
        golden.Check(key, Layout.ChannelsLast.Unload(actual.ToArray(), golden.Outputs[key].Shape));
}
