using System.Text.Json;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Tiny autoencoders: random weights against diffusers, TAESD's published ones against its own code.</summary>
public sealed class AutoencoderTinyGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("vae_tiny");

    // On the fast device alone: the slow one, which runs the same layers above, would take minutes for pictures of this size.
    public static TheoryData<string> Published => GoldenCase.NamesOfKind("taesd");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Latent_and_picture_are_those_of_diffusers(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<AutoencoderTiny> vae = AutoencoderTiny.Load(golden.Folder, GoldenCase.Device(device));
        Tensor image = golden.Input("image", vae.Weights.Device, Layout.ChannelsLast), latent = golden.Input("latent", vae.Weights.Device, Layout.ChannelsLast);
        golden.Check("latent_of_image", vae.Model.Encode(image), Layout.ChannelsLast);
        golden.Check("decoded", vae.Model.Decode(latent), Layout.ChannelsLast);
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_weights_give_the_latents_and_pictures_of_their_own_code(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using LatentCodec vae = VaeFile.Load(DecoderOf(golden), own: null, Backend.Cpu);
        Tensor image = golden.Input("image", vae.Weights.Device, Layout.ChannelsLast);                  // 0..1
        Tensor latent = vae.Encode(image.Affine(2, -1), null);
        golden.Check("latent", latent, Layout.ChannelsLast);
        golden.Check("decoded", vae.Decode(latent).Affine(0.5f, 0.5f).Clamp(0, 1), Layout.ChannelsLast);
        Tensor random = golden.Input("random_latent", vae.Weights.Device, Layout.ChannelsLast);
        golden.Check("decoded_random_latent", vae.Decode(random).Affine(0.5f, 0.5f), Layout.ChannelsLast);
    }

    // The encoder lies beside it.
    private static string DecoderOf(GoldenCase golden)
    {
        JsonElement weights = golden.Config.GetProperty("weights");
        string decoder = weights.EnumerateArray().Select(path => path.GetString()!).Single(path => path.Contains("decoder", StringComparison.Ordinal));
        return SharedData.Require("taesd").File(decoder.Replace("shared/data/", "", StringComparison.Ordinal));
    }
}
