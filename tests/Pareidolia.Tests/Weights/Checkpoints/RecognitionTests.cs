using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Weights.Checkpoints;

/// <summary>Which family a file is of, and what is said of files that are none.</summary>
public sealed class RecognitionTests : IDisposable
{
    private const string UNet = "model.diffusion_model.";

    private readonly TemporaryFolder _folder = new();

    private string File => _folder["x.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(4, "Stable Diffusion 1", "StableDiffusionPipeline")]
    [InlineData(9, "Stable Diffusion 1, inpainting", "StableDiffusionInpaintPipeline")]
    [InlineData(8, "Stable Diffusion 1, instruct-pix2pix", "StableDiffusionInstructPix2PixPipeline")]
    public void Input_channels_tell_the_variant(int channels, string family, string className)
    {
        Write(UNetTensors(channels, 768, linear: false), Clip("cond_stage_model.transformer.text_model.", 768));
        SingleFileModel model = new(File);
        Assert.Equal((family, className), (model.Family, model.ClassName));
        Assert.Equal(8, model.Component("unet").Config.Ints("attention_head_dim")[0]);
        Assert.Equal("PNDMScheduler", model.Component("scheduler").Config.Text("_class_name"));
        Assert.Contains("it has unet, text_encoder, scheduler", Message(() => model.Component("vae")), StringComparison.Ordinal);
        Assert.Contains("--tokenizer", Message(() => model.Component("tokenizer")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.2f, "Stable Diffusion 2, v-prediction", 96)]
    [InlineData(0.01f, "Stable Diffusion 2", 64)]
    public void Sd2_predicts_the_velocity_where_its_bias_is_wide(float bias, string family, int side)
    {
        float[] wide = [.. Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? bias : -bias)];
        Write(UNetTensors(4, 1024, linear: true), OpenClip("cond_stage_model.model.", 128, 24),
            [("model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias", [64], wide), .. Levels(3)]);
        SingleFileModel model = new(File);
        Assert.Equal(family, model.Family);
        Assert.Equal(side, model.Component("unet").Config.Int("sample_size"));
        // Of 24 layers the last is not used.
        Assert.Equal(23, model.Component("text_encoder").Config.Int("num_hidden_layers"));
        Assert.Equal("gelu", model.Component("text_encoder").Config.Text("hidden_act"));
        Assert.Empty(model.Unclaimed);
    }

    [Fact]
    public void A_file_or_its_yaml_may_say_that_it_predicts_the_velocity()
    {
        Write(UNetTensors(4, 768, linear: false), [("v_pred", [], [1]), ("ztsnr", [], [1])]);
        JsonConfig scheduler = new SingleFileModel(File).Component("scheduler").Config;
        Assert.Equal(("v_prediction", true), (scheduler.Text("prediction_type"), scheduler.Bool("rescale_betas_zero_snr")));
        Write(UNetTensors(4, 768, linear: false));
        Assert.False(new SingleFileModel(File).IsVelocity);
        System.IO.File.WriteAllText(_folder["x.yaml"], "model:\n  params:\n    parameterization: \"v\"\n");
        Assert.True(new SingleFileModel(File).IsVelocity);
    }

    [Fact]
    public void Two_encoders_are_sdxl_and_one_with_sizes_is_its_refiner()
    {
        (string, long[], float[]?)[] sizes = [("model.diffusion_model.label_emb.0.0.weight", [256, 2816], null)];
        Write(UNetTensors(4, 2048, linear: true), sizes, OpenClip("conditioner.embedders.1.model.", 1280, 2));
        SingleFileModel sdxl = new(File);
        Assert.Equal(("Stable Diffusion XL", "StableDiffusionXLPipeline"), (sdxl.Family, sdxl.ClassName));
        Assert.Equal(256, sdxl.Component("unet").Config.Int("addition_time_embed_dim"));
        Assert.Equal(2, sdxl.Component("text_encoder_2").Config.Int("num_hidden_layers"));
        Assert.Equal(0.00085, sdxl.Component("scheduler").Config.Double("beta_start"));
        sizes = [("model.diffusion_model.label_emb.0.0.weight", [256, 2560], null)];
        Write(UNetTensors(4, 1280, linear: true), sizes, OpenClip("conditioner.embedders.0.model.", 1280, 2));
        SingleFileModel refiner = new(File);
        Assert.Equal("Stable Diffusion XL refiner", refiner.Family);
        Assert.Equal(256, refiner.Component("unet").Config.Int("addition_time_embed_dim"));
        Assert.False(refiner.Has("text_encoder"));
    }

    [Fact]
    public void What_training_leaves_is_ignored_what_is_foreign_is_told_and_what_is_lost_is_refused()
    {
        Write(UNetTensors(4, 768, linear: false), [("betas", [3], null), ("model_ema.decay", [], null), ("other.thing", [2], null)]);
        Assert.Equal(["other.thing"], new SingleFileModel(File).Unclaimed);
        Write(UNetTensors(4, 768, linear: false), [("model.diffusion_model.new_block.weight", [2], null)]);
        Assert.Contains("new_block.weight\" belongs to no layer of a Stable Diffusion 1 unet", Message(() => new SingleFileModel(File)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", "is a LoRA")]
    [InlineData("unet.down_blocks.0.attentions.0.to_k.lora_A.weight", "is a LoRA")]
    [InlineData("lora_unet_mid.hada_w1_a", "is a LoHa")]
    [InlineData("control_model.time_embed.0.weight", "is a ControlNet")]
    [InlineData("first_stage_model.decoder.conv_in.weight", "is an autoencoder (VAE) alone")]
    [InlineData("decoder.conv_in.weight", "is an autoencoder (VAE) alone")]
    [InlineData("down_blocks.0.resnets.0.conv1.weight", "is a UNet alone, in the layout of diffusers")]
    [InlineData("text_model.embeddings.token_embedding.weight", "is a CLIP text encoder alone")]
    [InlineData("emb_params", "is a textual inversion")]
    [InlineData("model.diffusion_model.joint_blocks.0.context_block.adaLN_modulation.1.bias", "is Stable Diffusion 3")]
    [InlineData("double_blocks.0.img_attn.norm.key_norm.scale", "is FLUX")]
    [InlineData("body.0.rdb1.conv1.weight", "is an upscaler")]
    [InlineData("fc.weight", "is of no family that is known here: it holds 1 tensors, the first is \"fc.weight\"")]
    public void What_is_no_model_is_named(string key, string what)
    {
        Write([(key, [2, 2], null)]);
        string message = Message(() => ModelSource.Open(File));
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.EndsWith("a checkpoint of Stable Diffusion 1, 2 or XL, or a model folder, is needed.", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("hello, this is no model at all\n", "is a text file, not weights.")]
    [InlineData("<!doctype html><html><body>Sign in</body></html>", "is a web page, not weights: the download brought a page in their place.")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n", "is a placeholder of Git LFS, not the weights: fetch them with git lfs pull.")]
    [InlineData("", "is empty.")]
    public void Text_in_place_of_weights_is_named(string content, string what)
    {
        System.IO.File.WriteAllText(File, content);
        Assert.Equal($"'{File}' {what}", Message(() => ModelSource.Open(File)));
    }

    private static string Message(Func<object> act) => Assert.Throws<PareidoliaException>(act).Message;

    // A UNet of one level, one block and one attention, whose values do not matter.
    private static (string, long[], float[]?)[] UNetTensors(int channels, int context, bool linear) =>
    [
        ($"{UNet}input_blocks.0.0.weight", [64, channels, 3, 3], null),
        ($"{UNet}input_blocks.1.0.in_layers.0.weight", [64], null),
        ($"{UNet}input_blocks.1.0.in_layers.2.weight", [64, 64, 3, 3], null),
        ($"{UNet}middle_block.1.proj_in.weight", linear ? [64, 64] : [64, 64, 1, 1], null),
        ($"{UNet}middle_block.1.transformer_blocks.0.norm1.weight", [64], null),
        ($"{UNet}middle_block.1.transformer_blocks.0.attn2.to_k.weight", [64, context], null),
        ($"{UNet}out.2.weight", [4, 64, 3, 3], null),
    ];

    // Three more levels of two blocks, so that the last of the way up is number 11.
    private static (string, long[], float[]?)[] Levels(int more) =>
    [
        ($"{UNet}input_blocks.2.0.in_layers.0.weight", [64], null),
        .. Enumerable.Range(1, more).SelectMany(level => (int[])[(3 * level) + 1, (3 * level) + 2])
            .SelectMany(block => ((string, long[], float[]?)[])[
                ($"{UNet}input_blocks.{block}.0.in_layers.0.weight", [64], null), ($"{UNet}input_blocks.{block}.0.in_layers.2.weight", [64, 64, 3, 3], null)]),
        .. Enumerable.Range(1, more).Select(level => ($"{UNet}input_blocks.{3 * level}.0.op.weight", (long[])[64, 64, 3, 3], (float[]?)null)),
        ($"{UNet}output_blocks.9.1.norm.weight", [64], null),
    ];

    private static (string, long[], float[]?)[] Clip(string prefix, int width) =>
    [
        ($"{prefix}embeddings.token_embedding.weight", [10, width], null),
        ($"{prefix}embeddings.position_embedding.weight", [77, width], null),
        ($"{prefix}encoder.layers.0.layer_norm1.weight", [width], null),
        ($"{prefix}encoder.layers.0.mlp.fc1.weight", [8, width], null),
    ];

    private static (string, long[], float[]?)[] OpenClip(string prefix, int width, int layers) =>
    [
        ($"{prefix}token_embedding.weight", [10, width], null),
        ($"{prefix}positional_embedding", [77, width], null),
        ($"{prefix}ln_final.weight", [width], null),
        .. Enumerable.Range(0, layers).SelectMany(layer => ((string, long[], float[]?)[])[
            ($"{prefix}transformer.resblocks.{layer}.ln_1.weight", [width], null),
            ($"{prefix}transformer.resblocks.{layer}.mlp.c_fc.weight", [8, width], null)]),
    ];

    private void Write(params (string Name, long[] Shape, float[]? Values)[][] groups) =>
        SafetensorsWriter.Write(File, groups.SelectMany(group => group).Select(tensor => new SafetensorsSource(
            tensor.Name, SafetensorsType.F32, tensor.Shape, stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(
                (tensor.Values ?? new float[tensor.Shape.Aggregate(1L, (product, extent) => product * extent)]).AsSpan())))));
}
