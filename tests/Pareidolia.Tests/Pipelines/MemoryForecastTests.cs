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
        AssertNear(forecast.DenoisingBytes, () => unet.Model.Forward(sample, [500], context));
    }

    [Fact]
    public void Decoding_takes_what_is_forecast()
    {
        using TemporaryFolder folder = new();
        MemoryForecast forecast = Forecast(folder, 256, 128);
        using Scope scope = new();
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Initialise(s_vae, 1);
        Tensor latent = Tensor.Zeros([1, 32, 64, 4]);
        AssertNear(forecast.DecodingBytes, () => vae.Model.Decode(latent));
    }

    // Neither a run that does not fit after all, nor a refusal of one that would.
    private static void AssertNear(long forecast, Func<Tensor> run)
    {
        long before = TensorMemory.LiveBytes;
        TensorMemory.ResetPeak();
        using (Scope scope = new())
            _ = run();
        double taken = TensorMemory.PeakBytes - before;
        Assert.InRange(forecast / taken, 0.95, 1.35);
    }

    private static MemoryForecast Forecast(TemporaryFolder folder, int width, int height)
    {
        using (Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(s_unet, 1))
            unet.Model.Save(folder["unet"], unet.Weights);
        using (Pretrained<AutoencoderKl> vae = AutoencoderKl.Initialise(s_vae, 1))
            vae.Model.Save(folder["vae"], vae.Weights);
        File.WriteAllText(folder["model_index.json"], """{"unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}""");
        MemoryForecast forecast = MemoryForecast.Of(new ModelFolder(folder.Path), width, height)!;
        Assert.Equal(forecast.WeightBytes + Math.Max(forecast.DenoisingBytes, forecast.DecodingBytes), forecast.PeakBytes);
        return forecast;
    }
}
