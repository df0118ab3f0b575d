using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>SDXL and its refiner on tiny models: two text encoders or the second alone, sizes, silence for an empty negative prompt.</summary>
public sealed class SdxlTests
{
    private const int Width = 16, Pooled = 8, Sinusoids = 4;

    [Fact]
    public void Both_encoders_are_read_and_an_empty_negative_prompt_is_silence()
    {
        using TemporaryFolder folder = new();
        Make(folder, refines: false);
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path);
        using Conditioning plain = Encode(pipeline, PromptDialect.Plain), comfy = Encode(pipeline, PromptDialect.ComfyUi);
        Assert.Equal(2 * Width, plain.RowsAt(1)[1].Text.Context.Shape[2]);
        Assert.All(plain.RowsAt(1)[0].Text.Context.ToArray(), value => Assert.Equal(0, value));
        Assert.All(plain.RowsAt(1)[0].Text.Pooled!.ToArray(), value => Assert.Equal(0, value));
        Assert.Contains(comfy.RowsAt(1)[0].Text.Context.ToArray(), value => value != 0);
        Assert.Equal(plain.RowsAt(1)[1].Text.Context.ToArray(), comfy.RowsAt(1)[1].Text.Context.ToArray());
        float[] sizes = Assert.Single(plain.At(1)).Extras!.TimeIds!.ToArray();
        Assert.Equal([24, 40, 0, 0, 24, 40, 24, 40, 0, 0, 24, 40], sizes);
    }

    [Fact]
    public void Sizes_decide_the_picture()
    {
        using TemporaryFolder folder = new();
        Make(folder, refines: false);
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path);
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a cat", Steps = 2, Width = 32, Height = 32 };
        byte[] own = pipeline.Generate(settings)[0].Pixels;
        Assert.Equal(own, pipeline.Generate(settings with { Sizes = new SizeConditioning { Original = (32, 32), Target = (32, 32) } })[0].Pixels);
        Assert.NotEqual(own, pipeline.Generate(settings with { Sizes = new SizeConditioning { Original = (512, 512), Crop = (100, 0) } })[0].Pixels);
    }

    [Fact]
    public void The_refiner_hears_a_score_and_reads_the_second_encoder_alone()
    {
        using TemporaryFolder folder = new();
        Make(folder, refines: true);
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path);
        using Conditioning plain = Encode(pipeline, PromptDialect.Plain);
        Assert.Equal(Width, plain.RowsAt(1)[0].Text.Context.Shape[2]);
        // As published: an empty negative prompt is read.
        Assert.Contains(plain.RowsAt(1)[0].Text.Context.ToArray(), value => value != 0);
        Assert.Equal([24, 40, 0, 0, 2.5f, 24, 40, 0, 0, 6], Assert.Single(plain.At(1)).Extras!.TimeIds!.ToArray());
        _ = pipeline.Generate(pipeline.Defaults with { Prompt = "a cat", Steps = 1, Width = 16, Height = 16 });
    }

    private static Conditioning Encode(StableDiffusionPipeline pipeline, PromptDialect dialect) =>
        pipeline.Encode([new PictureRequest("a red apple", "", 0)], pipeline.Defaults with { Dialect = dialect, Width = 40, Height = 24 });

    /// <summary>The tiny model with SDXL's parts in place of its own.</summary>
    internal static void Make(TemporaryFolder folder, bool refines)
    {
        TinyModel.CopyTo(folder);
        Directory.Move(folder["tokenizer"], folder["tokenizer_2"]);
        ClipTextConfig first = ClipTextConfig.FromJson(JsonConfig.Load(folder["text_encoder/config.json"]));
        ClipTextConfig second = first with { WithProjection = true, ProjectionDim = Pooled, HiddenAct = "gelu" };
        using (Pretrained<ClipTextModel> text = ClipTextModel.Initialise(second, 21))
            text.Model.Save(folder["text_encoder_2"], text.Weights);
        int width = refines ? Width : 2 * Width;
        UNet2DConditionConfig config = UNet2DConditionConfig.FromJson(JsonConfig.Load(folder["unet/config.json"])) with
        {
            CrossAttentionDim = [width, width],
            AdditionEmbedType = "text_time",
            AdditionTimeEmbedDim = Sinusoids,
            ProjectionClassEmbeddingsInputDim = Pooled + (refines ? 5 : 6) * Sinusoids,
        };
        using (Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(config, 22))
        {
            TinyModel.Enliven(unet.Weights);
            unet.Model.Save(folder["unet"], unet.Weights);
        }
        if (!refines)
            Directory.Move(Copied(folder["tokenizer_2"]), folder["tokenizer"]);
        string clip = refines ? "[null, null]" : "[\"transformers\", \"CLIPTextModel\"]", words = refines ? "[null, null]" : "[\"transformers\", \"CLIPTokenizer\"]";
        File.WriteAllText(folder["model_index.json"], $$"""
            {"_class_name": "StableDiffusionXLPipeline", "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": {{clip}}, "tokenizer": {{words}},
             "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"], "tokenizer_2": ["transformers", "CLIPTokenizer"],
             "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}
            """);
    }

    private static string Copied(string folder)
    {
        string copy = folder + "-copy";
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(folder))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }
}
