using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Imagined;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Tensors;

/// <summary>What is counted without computing. Runs alone: nothing of it may count as the process's memory.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class DryRunTests
{
    private readonly DryRun _dry = new();

    [Fact]
    public void Multiply_adds_are_those_of_the_formulas()
    {
        using Scope scope = new();
        Tensor tokens = Make(2, 10, 24), picture = Make(2, 9, 7, 24), kernels = Make(5, 3, 3, 24), matrix = Make(7, 24);
        Assert.Equal(new Arithmetic(Products: 2 * 10 * 24 * 7), _dry.Measure(() => tokens.Linear(matrix)).Asked);
        Assert.Equal(new Arithmetic(Products: 2 * 9 * 7 * 5 * 9 * 24), _dry.Measure(() => picture.Conv2d(kernels, null, Window.Square(1, 1))).Asked);
        Assert.Equal(new Arithmetic(Products: 2 * 5 * 4 * 5 * 9 * 24), _dry.Measure(() => picture.Conv2d(kernels, null, Window.Square(2, 1))).Asked);
        Assert.Equal(new Arithmetic(Attended: 2 * 2 * 10 * 10 * 24), _dry.Measure(() => Tensor.Attention(tokens, tokens, tokens, 3)).Asked);
        Assert.Equal(new Arithmetic(Passed: 2 * 10 * 24), _dry.Measure(() => tokens.Silu()).Asked);
    }

    // 339 G without attention's own products: Kim et al. 2023, "BK-SDM", https://arxiv.org/abs/2305.15798, table 1.
    [Fact]
    public void A_step_of_Stable_Diffusion_takes_the_published_multiply_adds()
    {
        MemoryForecast forecast = MemoryForecast.Of(new RandomModel("random:sd15"), 512, 512, guided: false)!;
        Arithmetic step = forecast.Denoising.Asked;
        Assert.InRange(step.Products + step.Windowed, 335e9, 343e9);
    }

    [Fact]
    public void Nothing_is_there()
    {
        long before = TensorMemory.LiveBuffers;
        using Scope scope = new();
        using WeightStore weights = WeightStore.Outline(_dry.Device);
        AutoencoderKl vae = weights.Build(at => new AutoencoderKl(new AutoencoderKlConfig(), at));
        Tensor huge = Make(1, 512, 512, 4);
        DryMeasure measure = _dry.Measure(() => vae.Decode(huge));
        Assert.InRange(measure.TensorBytes, 20_000_000_000, long.MaxValue);
        Assert.InRange(measure.PooledBytes, measure.TensorBytes, (long)(1.125 * measure.TensorBytes));
        Assert.Equal(before, TensorMemory.LiveBuffers);
        Assert.All(huge.Slice(1, 0, 1).ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Twice_as_much_takes_twice_as_long()
    {
        MachineSpeed speed = new(1e-9, 2e-9, 3e-9, 4e-9);
        Arithmetic asked = new(10_000_000, 20_000_000, 30_000_000, 40_000_000);
        Assert.Equal(0.3, speed.TimeOf(asked).TotalSeconds, 1e-6);
        Assert.Equal(0.6, speed.TimeOf(2 * asked).TotalSeconds, 1e-6);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(0.5, 15)]
    [InlineData(2, 18)]
    public void The_pool_holds_no_more_than_was_used_at_once_and_what_it_may_spare(double share, int units)
    {
        HostPool pool = new(imagined: true) { SpareShare = share };
        const long unit = 64 << 20;
        nint[] first = [.. Enumerable.Range(0, 10).Select(_ => pool.Allocate(unit))];
        foreach (nint address in first)
            pool.Release(address, unit);
        nint[] second = [.. Enumerable.Range(0, 4).Select(_ => pool.Allocate(2 * unit))];
        Assert.Equal(units * unit, pool.PeakBytes);
        foreach (nint address in second)
            pool.Release(address, 2 * unit);
        pool.Trim();
        pool.ResetPeak();
        Assert.Equal(0, pool.PeakBytes);
    }

    private Tensor Make(params ReadOnlySpan<int> extents) => Tensor.Empty(new Shape(extents), _dry.Device);
}
