using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>What is forecast is what a run takes. Runs alone: what it counts is counted for the whole process.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class MemoryForecastTests
{
    // Widths whose activations, as in real models, outweigh the small things that the forecast leaves out.
    private static readonly UNet2DConditionConfig s_unet = new()
    {
        SampleSize = 32, BlockOutChannels = [32, 64, 64], DownBlockTypes = ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"], LayersPerBlock = [2, 2, 2], NormNumGroups = 8,
        CrossAttentionDim = [32, 32, 32], TransformerLayersPerBlock = [1, 2, 1], AttentionHeads = [2, 2, 2], OnlyCrossAttention = [false, false, false],
    };

    private static readonly AutoencoderKlConfig s_vae = new() { BlockOutChannels = [16, 32, 32], NormNumGroups = 8, SampleSize = 128 };

    [Theory]
    [InlineData(32, 32)]
    [InlineData(48, 24)]
    public void Denoising_takes_what_is_forecast(int height, int width)
    {
        using TemporaryFolder folder = new();
        MemoryForecast forecast = Forecast(folder, 4 * width, 4 * height);
        using Scope scope = new();
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(s_unet, 1);
        Tensor sample = Tensor.Zeros([2, height, width, 4]), context = Tensor.Zeros([2, 8, 32]);
        AssertNear(forecast.Denoising.TensorBytes, () => unet.Model.Forward(sample, [500], context));
    }

    [Fact]
    public void Decoding_takes_what_is_forecast()
    {
        using TemporaryFolder folder = new();
        MemoryForecast forecast = Forecast(folder, 256, 128);
        using Scope scope = new();
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Initialise(s_vae, 1);
        Tensor latent = Tensor.Zeros([1, 32, 64, 4]);
        AssertNear(forecast.Decoding.TensorBytes, () => vae.Model.Decode(latent));
    }

    [Theory]
    [InlineData(WeightPrecision.F32, false)]
    [InlineData(WeightPrecision.F32, true)]
    [InlineData(WeightPrecision.F16, false)]
    [InlineData(WeightPrecision.I8, true)]
    public void A_run_takes_what_is_forecast(WeightPrecision precision, bool staged)
    {
        RandomModel model = new("random:tiny") { Holding = new WeightHolding(precision, staged) };
        MemoryForecast forecast = MemoryForecast.Of(model, 256, 192)!;
        long before = TensorMemory.LiveBytes;
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(model);
        TensorMemory.ResetPeak();
        _ = pipeline.Generate(pipeline.Defaults with { Prompt = "a cat", Steps = 2, Width = 256, Height = 192 });
        double taken = TensorMemory.PeakBytes - before;
        // Beside the networks there are the sample and what the prompts said.
        Assert.InRange(forecast.PeakBytes / taken, 0.95, 1.05);
    }

    [Fact]
    public void Weights_are_counted_as_they_are_held()
    {
        RandomModel model = new("random:sd15");
        long Weights(WeightPrecision precision, bool staged = false)
        {
            model.Holding = new WeightHolding(precision, staged);
            return MemoryForecast.Of(model, 64, 64)!.WeightBytes;
        }
        // All but the autoencoder's encoder, which only a picture that is begun from needs.
        const long parameters = 859_520_964 + 83_653_863 - 34_163_592 + 123_060_480;
        Assert.Equal(4 * parameters, Weights(WeightPrecision.F32));
        Assert.Equal(4 * 859_520_964L, Weights(WeightPrecision.F32, staged: true));
        Assert.InRange(Weights(WeightPrecision.F16) / (2.0 * parameters), 1, 1.01);
        Assert.InRange(Weights(WeightPrecision.I8) / (double)parameters, 1, 1.02);
    }

    [Fact]
    public void What_does_not_fit_is_offered_smaller()
    {
        RandomModel model = new("random:sd15");
        RunForecast run = RunForecast.Of(model, new GenerateSettings { Width = 512, Height = 512 }, 1)!;
        Assert.Empty(run.WhatFits(100_000_000));
        IReadOnlyList<(string Change, long Bytes)> fitting = run.WhatFits(2_000_000_000);
        Assert.Contains(fitting, offer => offer.Change == "--low-memory --precision int8");
        Assert.All(fitting, offer => Assert.InRange(offer.Bytes, 1, 2_000_000_000));
        Assert.Equal(new WeightHolding(), model.Holding);
    }

    // Neither a run that does not fit after all, nor a refusal of one that would.
    private static void AssertNear(long forecast, Func<Tensor> run)
    {
        long before = TensorMemory.LiveBytes;
        TensorMemory.ResetPeak();
        using (Scope scope = new())
            _ = run();
        double taken = TensorMemory.PeakBytes - before;
        Assert.InRange(forecast / taken, 0.97, 1.03);
    }

    private static MemoryForecast Forecast(TemporaryFolder folder, int width, int height)
    {
        using (Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(s_unet, 1))
            unet.Model.Save(folder["unet"], unet.Weights);
        using (Pretrained<AutoencoderKl> vae = AutoencoderKl.Initialise(s_vae, 1))
            vae.Model.Save(folder["vae"], vae.Weights);
        File.WriteAllText(folder["model_index.json"], """{"unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}""");
        MemoryForecast forecast = MemoryForecast.Of(new ModelFolder(folder.Path), width, height)!;
        return forecast;
    }
}
