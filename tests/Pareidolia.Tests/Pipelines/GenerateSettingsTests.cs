using Pareidolia.Diffusion.Randomness;
using Pareidolia.Pipelines;

namespace Pareidolia.Tests.Pipelines;

public sealed class GenerateSettingsTests
{
    private static readonly GenerateSettings s_good = new() { Prompt = "a red apple", Width = 64, Height = 96 };

    public static TheoryData<GenerateSettings, string> Bad => new()
    {
        { s_good with { Prompt = " " }, "is empty" },
        { s_good with { Prompt = new string('a', 100_000) }, "100000 characters; at most 32000" },
        { s_good with { Negative = new string('a', 100_000) }, "negative prompt has 100000" },
        { s_good with { Steps = 0 }, "Steps is 0; a number from 1 to 1000" },
        { s_good with { Steps = -5 }, "Steps is -5" },
        { s_good with { Guidance = double.NaN }, "Guidance is NaN" },
        { s_good with { Guidance = double.PositiveInfinity }, "Guidance is" },
        { s_good with { Guidance = -1 }, "Guidance is -1" },
        { s_good with { Count = 0 }, "Count is 0" },
        { s_good with { Eta = 1.5 }, "Eta is 1.5" },
        { s_good with { ClipSkip = 0 }, "Clip skip is 0" },
        { s_good with { Noise = new() { VariationStrength = 1.5 } }, "Variation strength is 1.5; a number from 0 to 1" },
        { s_good with { Noise = new() { ResizeFrom = (64, 50) } }, "Width to resize noise from is 50, but" },
        { s_good with { Width = 100 }, "Width is 100, but this model draws multiples of 8 pixels: the nearest is 104" },
        { s_good with { Height = 1 }, "the nearest is 8" },
        { s_good with { Height = -64 }, "Height is -64; from 8 to 16384" },
        { s_good with { Width = 99_999 }, "the nearest is 16384" },
        { s_good with { Width = int.MaxValue }, "the nearest is 16384" },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void A_value_out_of_its_range_is_named(GenerateSettings settings, string message) =>
        Assert.Contains(message, Assert.Throws<PareidoliaException>(() => settings.Validate(8)).Message, StringComparison.Ordinal);

    [Fact]
    public void Good_values_pass() => s_good.Validate(8);

    [Fact]
    public void An_empty_prompt_passes_where_it_is_meant() => (s_good with { Prompt = "", PromptMayBeEmpty = true }).Validate(8);

    [Fact]
    public void Pictures_count_their_seeds_up() =>
        Assert.Equal([ulong.MaxValue, 0ul, 1ul], (s_good with { Seed = ulong.MaxValue, Count = 3 }).Pictures().Select(picture => picture.Seed));

    [Fact]
    public void Variations_keep_the_seed_and_a_comfyui_batch_shares_it()
    {
        NoiseSettings noise = new() { VariationSeed = 9, VariationStrength = 0.2 };
        GenerateSettings two = s_good with { Seed = 5, Count = 2 };
        Assert.Equal([(5ul, 9ul), (5ul, 10ul)], (two with { Noise = noise }).Pictures().Select(picture => (picture.Seed, picture.VariationSeed)));
        Assert.Equal(
            [(5ul, 0, 2), (5ul, 1, 2)],
            (two with { Noise = new() { Mode = NoiseMode.ComfyUi } }).Pictures().Select(picture => (picture.Seed, picture.Place, picture.Of)));
    }

    [Theory]
    [InlineData("euler-a", "euler_ancestral", null)]
    [InlineData("Euler a", "euler_ancestral", null)]
    [InlineData("dpmpp_2m_karras", "dpmpp_2m", "karras")]
    [InlineData("DPM++ 2M Karras", "dpmpp_2m", "karras")]
    [InlineData("euler-sgm-uniform", "euler", "sgm_uniform")]
    [InlineData("DDIM", "ddim", null)]
    public void A_sampler_has_many_names(string text, string name, string? schedule)
    {
        SamplerChoice choice = SamplerChoice.Parse(text);
        Assert.Equal((name, schedule), (choice.Sampler.Name, choice.Schedule));
    }

    [Fact]
    public void An_unknown_sampler_is_answered_with_the_known()
    {
        string message = Assert.Throws<PareidoliaException>(() => SamplerChoice.Parse("magic")).Message;
        Assert.Contains("dpmpp_2m", message, StringComparison.Ordinal);
        Assert.Contains("ddim", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a red apple", "a red apple")]
    [InlineData("a red apple and a wooden table, at night", "a red apple|a wooden table|night")]
    [InlineData("a cat next to a house with a door", "a cat|a house|a door")]
    [InlineData("a sandwich", "a sandwich")]
    public void A_prompt_has_phrases(string prompt, string phrases) => Assert.Equal(phrases.Split('|'), PromptVerifier.PhrasesOf(prompt));
}
