using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

public sealed class ModelTests
{
    [Fact]
    public void A_new_unet_predicts_zero_and_keeps_odd_sizes()
    {
        using Scope scope = new();
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(TinyModels.UNetConfig, 3);
        UNetExtras extras = new() { ClassLabels = [1] };
        Tensor y = unet.Model.Forward(TinyModels.Noise([1, 7, 3, 4], Backend.Cpu), [999], TinyModels.Noise([1, 2, 6], Backend.Cpu), extras);
        Assert.Equal([1, 7, 3, 4], y.Shape);
        Assert.All(y.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_new_upscaler_is_the_bilinear_enlargement()
    {
        using Scope scope = new();
        PixelShuffleUpscalerConfig config = new() { Channels = 4, Blocks = 1, Scale = 3 };
        using Pretrained<PixelShuffleUpscaler> upscaler = PixelShuffleUpscaler.Initialise(config, 3);
        Tensor small = TinyModels.Noise([2, 4, 5, 3], Backend.Cpu);
        Assert.Equal(small.Interpolate(12, 15, Interpolation.Bilinear).ToArray(), upscaler.Model.Forward(small).ToArray());
    }

    [Fact]
    public void An_upscaler_comes_back_from_its_folder()
    {
        using Scope scope = new();
        using TemporaryFolder folder = new();
        PixelShuffleUpscalerConfig config = new() { Channels = 4, Blocks = 3 };
        using Pretrained<PixelShuffleUpscaler> upscaler = PixelShuffleUpscaler.Initialise(config, 3);
        Tensor last = upscaler.Weights.Parameters.Single(parameter => parameter.Name == "conv_out.weight").Tensor;
        last.AddInPlace(TinyModels.Noise([12, 3, 3, 4], Backend.Cpu));
        upscaler.Model.Save(folder["upscaler"], upscaler.Weights);
        using Pretrained<PixelShuffleUpscaler> again = PixelShuffleUpscaler.Load(folder["upscaler"]);
        Assert.Equal(config, again.Model.Config);
        Tensor small = TinyModels.Noise([1, 4, 5, 3], Backend.Cpu);
        Assert.Equal(upscaler.Model.Forward(small).ToArray(), again.Model.Forward(small).ToArray());
    }

    [Fact]
    public void A_latent_is_scaled_and_comes_back()
    {
        using Scope scope = new();
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Initialise(
            new AutoencoderKlConfig { BlockOutChannels = [4], LayersPerBlock = 1, NormNumGroups = 2, ScalingFactor = 0.5, ShiftFactor = 3 }, 3);
        Tensor latent = vae.Model.ToLatent(Tensor.From([3f, 5], [1, 1, 1, 2]));
        Assert.Equal([0f, 1], latent.ToArray());
        Assert.Equal([3f, 5], vae.Model.FromLatent(latent).ToArray());
    }

    [Fact]
    public void An_autoencoder_with_the_old_attention_names_loads()
    {
        AutoencoderKlConfig config = new() { BlockOutChannels = [4], LayersPerBlock = 1, NormNumGroups = 2 };
        using Scope scope = new();
        using TemporaryFolder folder = new();
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Initialise(config, 3);
        vae.Model.Save(folder.Path, vae.Weights);
        SafetensorsWriter.Write(
            folder["diffusion_pytorch_model.safetensors"], vae.Weights.Parameters.Select(p => TensorFiles.Source(OldName(p), SafetensorsType.F32)));
        using Pretrained<AutoencoderKl> old = AutoencoderKl.Load(folder.Path);
        Tensor pixels = TinyModels.Noise([1, 4, 4, 3], Backend.Cpu);
        Assert.Equal(vae.Model.Encode(pixels).Mean.ToArray(), old.Model.Encode(pixels).Mean.ToArray());
    }

    [Theory]
    [InlineData("""{"mid_block_type":"UNetMidBlock2D"}""", "UNetMidBlock2D")]
    [InlineData("""{"encoder_hid_dim":8,"encoder_hid_dim_type":"text_image_proj"}""", "text_image_proj")]
    [InlineData("""{"class_embed_type":"projection"}""", "projection")]
    [InlineData("""{"resnet_out_scale_factor":1.41}""", "resnet_out_scale_factor")]
    [InlineData("""{"down_block_types":["KDownBlock2D","DownBlock2D","DownBlock2D","DownBlock2D"]}""", "KDownBlock2D")]
    [InlineData("""{"block_out_channels":[32,64]}""", "4 blocks")]
    [InlineData("""{"attention_head_dim":[1,2]}""", "2 values")]
    [InlineData("""{"time_cond_proj_dim":256}""", "time_cond_proj_dim")]
    [InlineData("""{"dual_cross_attention":true}""", "dual_cross_attention")]
    [InlineData("""{"conv_in_kernel":1}""", "conv_in_kernel")]
    public void A_config_that_asks_for_parts_we_do_not_have_is_refused(string json, string named)
    {
        JsonConfig config = JsonConfig.Parse(json, "unet/config.json");
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => UNet2DConditionConfig.FromJson(config));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("unet/config.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_config_or_weights_is_refused_by_name()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("config.json", Assert.Throws<PareidoliaException>(() => ClipModel.Load(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["config.json"], """{"_class_name":"PixelShuffleUpscaler","channels":4,"blocks":1}""");
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => PixelShuffleUpscaler.Load(folder.Path));
        Assert.Contains(".safetensors", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_refused_with_what_would()
    {
        using Scope scope = new();
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(TinyModels.UNetConfig, 3);
        Tensor sample = TinyModels.Noise([2, 4, 4, 4], Backend.Cpu), context = TinyModels.Noise([2, 3, 6], Backend.Cpu);
        UNetExtras labels = new() { ClassLabels = [0, 0] };
        AssertRefused("[b, h, w, 4]", () => unet.Model.Forward(TinyModels.Noise([2, 4, 4, 3], Backend.Cpu), [1], context, labels));
        AssertRefused("[2, m, 6]", () => unet.Model.Forward(sample, [1], TinyModels.Noise([2, 3, 5], Backend.Cpu), labels));
        AssertRefused("3 timesteps for 2", () => unet.Model.Forward(sample, [1, 2, 3], context, labels));
        AssertRefused("0 class labels for 2", () => unet.Model.Forward(sample, [1], context));
    }

    private static void AssertRefused(string named, Action action) =>
        Assert.Contains(named, Assert.Throws<TensorException>(action).Message, StringComparison.Ordinal);

    private static Parameter OldName(Parameter parameter)
    {
        string name = parameter.Name.Replace("to_q", "query", StringComparison.Ordinal).Replace("to_k", "key", StringComparison.Ordinal)
            .Replace("to_v", "value", StringComparison.Ordinal).Replace("to_out.0", "proj_attn", StringComparison.Ordinal);
        return parameter with { Name = name };
    }
}
