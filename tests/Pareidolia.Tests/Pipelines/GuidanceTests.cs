using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Pipelines;

/// <summary>When guidance acts, and what is added to it, through a whole tiny model of random weights.</summary>
public sealed class GuidanceTests
{
    private static readonly GuidanceRules s_plain = new();

    private static readonly string s_model = Path.Combine(RepositoryRoot.Golden, "sd-tiny", "pipeline");

    [Theory]
    [InlineData(0, 1, 0, 0, false, 10)]
    [InlineData(0.25, 0.75, 0, 0, false, 4)]
    [InlineData(0, 1, 0.3, 0, false, 6)]
    [InlineData(0, 1, 0, 0.6, false, 7)]
    [InlineData(0, 1, 0, 0.6, true, 4)]
    public void Rules_say_which_questions_are_guided(
        double start, double end, double skipEarly, double minimumSigma, bool inAllSteps, int guided)
    {
        GuidanceRules rules = new()
        {
            Start = start, End = end, SkipEarly = skipEarly, MinimumSigma = minimumSigma, MinimumInAllSteps = inAllSteps,
        };
        // Ten questions on an even way down from sigma 0.95.
        Assert.Equal(guided, Enumerable.Range(0, 10).Count(i => !rules.Skips(i, 10, i / 9.0, 0.95 - 0.1 * i)));
    }

    [Fact]
    public void Without_guidance_in_any_step_a_run_is_that_of_guidance_1()
    {
        float[] never = Run(s_plain with { SkipEarly = 1 }, guidance: 6);
        AssertClose(Run(s_plain, guidance: 1), never);
        Assert.NotEqual(Run(s_plain, guidance: 6), never);
    }

    [Fact]
    public void Guidance_in_part_of_a_run_is_neither_none_nor_all()
    {
        float[] some = Run(s_plain with { Start = 0.3, End = 0.8 }, guidance: 6);
        Assert.NotEqual(Run(s_plain, guidance: 6), some);
        Assert.NotEqual(Run(s_plain, guidance: 1), some);
    }

    [Fact]
    public void Mimicking_the_same_guidance_changes_nothing_and_a_weaker_one_does()
    {
        float[] plain = Run(s_plain, guidance: 6);
        AssertClose(plain, Run(s_plain with { Mimic = new MimicThreshold(6) }, guidance: 6));
        float[] weaker = Run(s_plain with { Mimic = new MimicThreshold(2) }, guidance: 6);
        Assert.True(weaker.Max(Math.Abs) < plain.Max(Math.Abs), "Values under mimicked guidance should be smaller.");
    }

    [Fact]
    public void Perturbed_attention_guidance_grows_with_its_scale()
    {
        float[] none = Run(s_plain, guidance: 1);
        double Away(double scale) => Run(s_plain with { Perturbed = scale }, guidance: 1).Zip(none, (a, b) => Math.Abs(a - (double)b)).Average();
        double little = Away(1), much = Away(3);
        Assert.InRange(little, 1e-7, double.MaxValue);
        Assert.InRange(much / little, 1.5, 6);
    }

    [Fact]
    public void Cfg_plus_plus_reads_the_negative_prompt_even_at_guidance_1()
    {
        float[] blurry = Run(s_plain, guidance: 1, "euler_cfg_pp", negative: "a blue bird"), empty = Run(s_plain, guidance: 1, "euler_cfg_pp");
        Assert.NotEqual(blurry, empty);
        AssertClose(Run(s_plain, guidance: 1, "euler"), Run(s_plain, guidance: 1, "euler", negative: "a blue bird"));
    }

    [Fact]
    public void The_picture_says_which_rules_guided_it()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(s_model);
        GuidanceRules rules = new() { Start = 0.1, SkipEarly = 0.2, MinimumSigma = 0.5, Perturbed = 3, Mimic = new MimicThreshold(4, 0.95) };
        GenerateSettings settings = pipeline.Defaults with { Steps = 2, Prompt = "a cat", GuidanceRules = rules };
        Infotext infotext = Infotext.Parse(pipeline.Generate(settings)[0].Texts[Infotext.Key]);
        string[] expected =
        [
            "Guidance start=0.1", "Guidance end=1", "Skip Early CFG=0.2", "NGMS=0.5", "PAG Scale=3", "Mimic scale=4", "Threshold percentile=95",
        ];
        Assert.Superset(expected.ToHashSet(), infotext.Fields.Select(field => $"{field.Key}={field.Value}").ToHashSet());
    }

    private static float[] Run(GuidanceRules rules, double guidance, string sampler = "euler", string negative = "")
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(s_model);
        GenerateSettings settings = pipeline.Defaults with
        {
            Prompt = "a red apple",
            Negative = negative,
            Steps = 6,
            Guidance = guidance,
            GuidanceRules = rules,
            Sampler = SamplerChoice.Parse(sampler),
            // So that several pixels are left at the UNet's bottom.
            Width = 16 * pipeline.Factor,
            Height = 16 * pipeline.Factor,
        };
        PictureRequest[] batch = [.. settings.Pictures()];
        using Scope scope = new();
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        return pipeline.Denoise(conditioning, start, settings, noise).Finish().ToArray();
    }

    private static void AssertClose(float[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * Math.Max(1, Math.Abs(pair.First))));
}
