using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Pipelines;

/// <summary>A run that is left and begun again with its journal ends as if it had not been, whatever the sampler.</summary>
public sealed class StepJournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Samplers => [.. SamplerCatalog.Samplers.Select(sampler => sampler.Name)];

    [Theory]
    [MemberData(nameof(Samplers))]
    public void A_run_of_any_sampler_that_was_left_twice_ends_in_the_same_bytes(string sampler)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a red apple", Seed = 5, Steps = 6, Sampler = SamplerChoice.Parse(sampler) };
        (byte[] undisturbed, int steps) = Draw(pipeline, settings, null, int.MaxValue);
        foreach (int leave in (int[])[1, Math.Max(2, steps - 1)])
            using (StepJournal journal = Open(settings))
                _ = Draw(pipeline, settings, journal, leave);
        using StepJournal last = Open(settings);
        Assert.True(last.IsReplaying);
        Assert.Equal(undisturbed, Draw(pipeline, settings, last, int.MaxValue).Pixels);
    }

    [Fact]
    public void What_a_crash_has_torn_is_computed_again()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a red apple", Seed = 5, Steps = 6, Sampler = SamplerChoice.Parse("dpmpp_2m") };
        (byte[] undisturbed, _) = Draw(pipeline, settings, null, int.MaxValue);
        using (StepJournal journal = Open(settings))
            _ = Draw(pipeline, settings, journal, 4);
        long whole = new FileInfo(_folder["run.steps"]).Length;
        for (long cut = whole; cut >= 0; cut -= 97)
        {
            using (FileStream file = File.OpenWrite(_folder["run.steps"]))
                file.SetLength(Math.Min(file.Length, cut));
            using StepJournal torn = Open(settings);
            Assert.Equal(undisturbed, Draw(pipeline, settings, torn, int.MaxValue).Pixels);
        }
    }

    [Fact]
    public void A_damaged_answer_and_the_journal_of_another_run_count_for_nothing()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a red apple", Seed = 5, Steps = 6 };
        (byte[] undisturbed, _) = Draw(pipeline, settings, null, int.MaxValue);
        using (StepJournal journal = Open(settings))
            _ = Draw(pipeline, settings, journal, 4);
        byte[] bytes = File.ReadAllBytes(_folder["run.steps"]);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(_folder["run.steps"], bytes);
        using (StepJournal damaged = Open(settings))
            Assert.Equal(undisturbed, Draw(pipeline, settings, damaged, int.MaxValue).Pixels);
        GenerateSettings other = settings with { Seed = 6 };
        using StepJournal foreign = Open(other);
        Assert.False(foreign.IsReplaying);
        Assert.NotEqual(undisturbed, Draw(pipeline, other, foreign, int.MaxValue).Pixels);
    }

    public void Dispose() => _folder.Dispose();

    private StepJournal Open(GenerateSettings settings) => StepJournal.Open(_folder["run.steps"], settings.Seed.ToString());

    private static (byte[] Pixels, int Steps) Draw(StableDiffusionPipeline pipeline, GenerateSettings settings, StepJournal? journal, int leave)
    {
        PictureRequest[] batch = [.. settings.Pictures()];
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        Tensor? last = null;
        int taken = 0;
        foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise, journal).Take(leave))
        {
            last?.Dispose();
            last = Scope.Detach(step.Take());
            taken++;
        }
        using (last)
            return (pipeline.Decode(new Latent(last!))[0].Pixels, taken);
    }
}
