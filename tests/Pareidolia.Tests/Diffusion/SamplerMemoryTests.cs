using Pareidolia.Diffusion;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Tests.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Diffusion;

/// <summary>A loop that yields owns its tensors itself: none stay behind, whether it is run to its end or left.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class SamplerMemoryTests
{
    public static TheoryData<string> Names => [.. SamplerCatalog.Samplers.Select(sampler => sampler.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_sampler_leaves_memory_behind(string name)
    {
        long before = TensorMemory.LiveBuffers;
        Walk(name, leaveAfter: 3);
        Assert.Equal(before, TensorMemory.LiveBuffers);
        Walk(name, leaveAfter: int.MaxValue);
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    [Fact]
    public void A_loop_frees_each_step_before_the_next()
    {
        long before = TensorMemory.LiveBuffers;
        using Tensor x = Tensor.Zeros([1, 8, 8, 4]);
        foreach (DenoiseStep step in Plan("euler").Run((input, _) => input.Scale(0.5f), x, (_, _) => x))
            Assert.InRange(TensorMemory.LiveBuffers - before, 1, 3); // x, the sample, the preview
    }

    private static void Walk(string name, int leaveAfter)
    {
        SamplingPlan plan = Plan(name);
        LatentNoise noise = new([new PhiloxGenerator(1)], [1, 4, 4, 4]);
        GaussianWorld world = new(0.5, plan.Schedule);
        int taken = 0;
        using Scope scope = new();
        Tensor x = plan.Start(noise.Draw());
        foreach (DenoiseStep step in plan.Run(world.Network, x, noise.ForSteps()))
        {
            Assert.Equal(taken, step.Index);
            if (++taken == leaveAfter)
                break;
        }
    }

    private static SamplingPlan Plan(string name) =>
        SamplerCatalog.Plan(JsonConfig.Parse("""{"_class_name": "DDIMScheduler"}""", "scheduler_config.json"), name, null, 6);
}
