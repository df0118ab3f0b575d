using Pareidolia.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

public sealed class ModelSettingsTests : IDisposable
{
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
        Assert.Equal((12, 3.5, 96, 64, "blurry"), (settings.Defaults.Steps, settings.Defaults.Guidance, settings.Defaults.Width, settings.Defaults.Height, settings.Defaults.Negative));
        Assert.Equal(("dpmpp_2m", "karras"), (settings.Defaults.Sampler!.Sampler.Name, settings.Defaults.Sampler.Schedule));
    }

    [Theory]
    [InlineData("a cat", "noto", "a cat in noto style")]
    [InlineData("a cat", "NOTO", "a cat in noto style")]
    [InlineData("a cat", "3d", "a cat in fluent 3d style")]
    [InlineData("a cat", "fluent-3d", "a cat in fluent 3d style")]
    [InlineData("a noto cat", "noto", "a noto cat")]
    [InlineData("a notorious cat", "noto", "a notorious cat in noto style")]
    public void A_style_is_put_in_the_models_words(string prompt, string style, string styled) =>
        Assert.Equal(styled, Read("""{"styles": {"noto": "noto", "3d": "fluent 3d"}}""").Styled(prompt, style));

    [Fact]
    public void An_unknown_style_is_answered_with_the_known()
    {
        ModelSettings settings = Read("""{"styles": {"noto": "noto", "3d": "fluent 3d"}}""");
        Assert.Contains("noto, 3d", Assert.Throws<PareidoliaException>(() => settings.Styled("a cat", "oil")).Message, StringComparison.Ordinal);
        Assert.Contains("no named styles", Assert.Throws<PareidoliaException>(() => Read("{}").Styled("a cat", "oil")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private ModelSettings Read(string? json)
    {
        File.WriteAllText(_folder["model_index.json"], "{}");
        if (json is not null)
            File.WriteAllText(_folder["pareidolia.json"], json);
        return new ModelSettings(new ModelFolder(_folder.Path), 512);
    }
}
