using Pareidolia.Tensors;
using Pareidolia.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

public sealed class ModelSettingsTests : IDisposable
{
    private const string Styles = """{"styles": ["noto", "fluent-3d", "fluent-flat"], "default_style": "flat"}""";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Without_a_file_the_networks_own_size_counts()
    {
        ModelSettings settings = Read(null);
        Assert.Equal((512, 512, 20), (settings.Defaults.Width, settings.Defaults.Height, settings.Defaults.Steps));
        Assert.Empty(settings.Styles);
    }

    [Fact]
    public void A_file_states_what_suits_the_model()
    {
        ModelSettings settings = Read("""{"steps": 12, "guidance": 3.5, "sampler": "DPM++ 2M Karras", "size": [96, 64], "negative": "blurry"}""");
        GenerateSettings defaults = settings.Defaults;
        Assert.Equal((12, 3.5, 96, 64, "blurry"), (defaults.Steps, defaults.Guidance, defaults.Width, defaults.Height, defaults.Negative));
        Assert.Equal(("dpmpp_2m", "karras"), (defaults.Sampler!.Sampler.Name, defaults.Sampler.Schedule));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("{}", false)]
    [InlineData("""{"bf16": true}""", true)]
    public void Products_are_in_bfloat16_where_the_author_says_so(string? json, bool bf16) => Assert.Equal(bf16, Read(json).Bf16);

    [Fact]
    public void The_shipped_model_is_drawn_as_its_author_recommends_and_exact_goes_before()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(Path.Combine(RepositoryRoot.Path, "models", "emoji"));
        Assert.True(pipeline.Bf16);
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a red apple", Seed = 3, Steps = 2 };
        byte[] recommended = Drawn(pipeline, settings);
        pipeline.Exact = true;
        byte[] exact = Drawn(pipeline, settings);
        pipeline.Bf16 = false;
        Assert.Equal(exact, Drawn(pipeline, settings));
        Assert.Equal(ReducedPrecision.IsSupported, !exact.AsSpan().SequenceEqual(recommended));
    }

    private static byte[] Drawn(StableDiffusionPipeline pipeline, GenerateSettings settings) => pipeline.Generate(settings).Single().Pixels.ToArray();

    [Theory]
    [InlineData("a cat", "noto", "a cat in noto style")]
    [InlineData("a cat", "NOTO", "a cat in noto style")]
    [InlineData("a cat", "3d", "a cat in fluent 3d style")]
    [InlineData("a cat", "fluent-3d", "a cat in fluent 3d style")]
    [InlineData("a cat", "fluent flat", "a cat in fluent flat style")]
    [InlineData("a noto cat", "noto", "a noto cat")]
    [InlineData("a notorious cat", "noto", "a notorious cat in noto style")]
    [InlineData("a noto cat", "3d", "a noto cat in fluent 3d style")]
    [InlineData("a cat", null, "a cat in fluent flat style")]
    [InlineData("a cat in 3d", null, "a cat in 3d")]
    [InlineData("an emoji of a cat in noto style", null, "an emoji of a cat in noto style")]
    [InlineData("a cat", "none", "a cat")]
    public void A_style_is_put_in_the_models_words(string prompt, string? style, string styled) =>
        Assert.Equal(styled, Read(Styles).Styled(prompt, style));

    [Fact]
    public void The_models_own_template_counts() => Assert.Equal(
        "an emoji of a cat in noto style",
        Read("""{"styles": ["noto"], "template": "an emoji of {prompt} in {style} style"}""").Styled("a cat", "noto"));

    [Fact]
    public void The_words_around_a_prompt_are_those_of_its_style()
    {
        ModelSettings settings = Read("""{"styles": ["noto"], "template": "an emoji of {prompt} in {style} style"}""");
        Assert.Equal(["an emoji of ", " in noto style"], settings.AroundPrompt("a cat", "noto"));
        Assert.Equal(["", ""], settings.AroundPrompt("a cat", null));
    }

    [Fact]
    public void Without_a_default_style_a_prompt_stays_as_it_is() => Assert.Equal("a cat", Read("""{"styles": ["noto"]}""").Styled("a cat", null));

    [Theory]
    [InlineData("oil", Styles, "this model has noto, fluent-3d, fluent-flat")]
    [InlineData("fluent", Styles, "There is no style 'fluent'")]
    [InlineData("oil", "{}", "no named styles")]
    public void An_unknown_style_is_answered_with_the_known(string style, string json, string message) =>
        Assert.Contains(message, Assert.Throws<PareidoliaException>(() => Read(json).Styled("a cat", style)).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private ModelSettings Read(string? json)
    {
        File.WriteAllText(_folder["model_index.json"], "{}");
        if (json is not null)
            File.WriteAllText(_folder["pareidolia.json"], json);
        return new ModelSettings(new ModelFolder(_folder.Path), 512);
    }
}
