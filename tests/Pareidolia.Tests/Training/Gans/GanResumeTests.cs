using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Tests.Tensors;
using Pareidolia.Training;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training.Gans;

/// <summary>Runs of two players, and of the classifier that judges them, are resumed in the same bytes. Counts buffers of the whole process, so it runs alone.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class GanResumeTests
{
    public static TheoryData<string, string> Recipes => new()
    {
        { TinyGans.Dcgan, "generator/diffusion_pytorch_model.safetensors" },
        { TinyGans.Stage1, "generator/diffusion_pytorch_model.safetensors" },
        { TinyGans.Classifier, "diffusion_pytorch_model.safetensors" },
    };

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_run_that_was_paused_ends_in_the_same_bytes(string recipe, string weights)
    {
        using TemporaryFolder folder = new();
        string path = TinyGans.Write(folder, recipe);
        long before = TensorMemory.LiveBuffers;
        TinyGans.Run(path, folder["whole"]);
        TinyGans.Run(path, folder["parts"], 3);
        TinyGans.Run(path, folder["parts"], 4);
        TinyGans.Run(path, folder["parts"]);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder["whole"], "model", weights)), File.ReadAllBytes(Path.Combine(folder["parts"], "model", weights)));
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    [Fact]
    public void Stage_2_moves_and_leaves_stage_1_as_it_was()
    {
        using TemporaryFolder folder = new();
        string stage1 = TinyGans.Trained(folder, TinyGans.Stage1, "first");
        string path = TinyGans.Write(folder, TinyGans.Stage2(stage1));
        using Trainer trainer = TinyGans.Make(path);
        Dictionary<string, float[]> before = trainer.Weights.Parameters.ToDictionary(p => p.Name, p => p.Tensor.ToArray());
        using (TrainingLoop loop = new(trainer, folder["second"]))
            foreach (TrainingProgress progress in loop.Run())
                Assert.True(double.IsFinite(progress.Loss));
        foreach ((string name, float[] values) in before)
        {
            bool same = values.SequenceEqual(trainer.Weights.Parameters.Single(p => p.Name == name).Tensor.ToArray());
            // The bias of a score has no gradient as long as no score lies beyond its margin: real and wrong pairs pull alike.
            Assert.True(name.Contains("STAGE1_G", StringComparison.Ordinal) ? same : !same || values.Length == 1, name);
        }
        Assert.Contains("sharpness_bicubic", File.ReadAllText(Path.Combine(folder["second"], "metrics.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_noises_that_draw_alike_cost_the_generator_what_the_recipe_says()
    {
        using TemporaryFolder folder = new();
        double once = Cost(0.1), twice = Cost(0.2);
        Assert.True(once > 0);
        Assert.Equal(2 * once, twice, 1e-4 * twice);

        double Cost(double weight)
        {
            string recipe = TinyGans.Dcgan.Replace("\"mode_seeking\": 0.1", FormattableString.Invariant($"\"mode_seeking\": {weight}"), StringComparison.Ordinal);
            using Trainer trainer = TinyGans.Make(TinyGans.Write(folder, recipe));
            using Scope scope = new();
            Dictionary<string, double> metrics = [];
            return trainer.Loss([0, 1, 2, 3], new TorchCpuGenerator(7), metrics).Item() - metrics["generator_loss"];
        }
    }

    [Fact]
    public void Each_player_moves_its_own_network_alone()
    {
        using TemporaryFolder folder = new();
        using Trainer trainer = TinyGans.Make(TinyGans.Write(folder, TinyGans.Dcgan));
        IReadOnlyList<TrainingPhase> phases = trainer.Phases;
        Assert.Equal(["discriminator_", "generator_"], phases.Select(phase => phase.Name));
        Parameter[] generator = [.. trainer.Weights.Parameters.Where(p => p.Trained && p.Name.StartsWith("G.", StringComparison.Ordinal))];
        Assert.Equal(generator, phases[1].Moved);
        Assert.Empty(phases[0].Moved.Intersect(phases[1].Moved));
        Assert.Equal(trainer.Weights.Trained.Count(), phases.Sum(phase => phase.Moved.Count));
    }
}
