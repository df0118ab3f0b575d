using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>A model's UNet asked one question at a time, for runs that are written out a second time in tests.</summary>
internal sealed class WrittenOut(string folder) : IDisposable
{
    private readonly Pretrained<UNet2DConditionModel> _unet = UNet2DConditionModel.Load(Path.Combine(folder, "unet"));

    /// <summary>What it says of one sample to one text.</summary>
    public Tensor Says(Tensor x, double timestep, EncodedText text, Tensor? beside = null)
    {
        Tensor input = beside is null ? x : Tensor.Concat(-1, x, beside);
        return _unet.Model.Forward(input, [(float)timestep], text.Context);
    }

    /// <summary>Plain guidance.</summary>
    public Tensor Guided(Tensor x, double timestep, Conditioning conditioning, double scale, Tensor? beside = null)
    {
        Tensor without = Says(x, timestep, Negative(conditioning), beside), with = Says(x, timestep, Prompt(conditioning), beside);
        return without + (with - without).Scale((float)scale);
    }

    /// <summary>The text of a conditioning of one picture.</summary>
    public static EncodedText Prompt(Conditioning conditioning) => conditioning.RowsAt(1).Single(row => row.Weight is not null).Text;

    /// <summary>The negative one.</summary>
    public static EncodedText Negative(Conditioning conditioning) => conditioning.RowsAt(1).Single(row => row.Weight is null).Text;

    /// <summary>A run of a named sampler of a model, as a program has it.</summary>
    public static SamplingPlan Plan(string folder, GenerateSettings settings, int steps) => SamplerCatalog.Plan(
        JsonConfig.Load(Path.Combine(folder, "scheduler", "scheduler_config.json")), settings.Sampler!.Sampler.Name, settings.Sampler.Schedule, steps,
        settings.SamplerOptions);

    /// <summary>The latents at the end of a pipeline's own run.</summary>
    public static Tensor Run(StableDiffusionPipeline pipeline, GenerateSettings settings)
    {
        PictureRequest[] batch = [.. settings.Pictures()];
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        return pipeline.Denoise(conditioning, start, settings, noise).Finish();
    }

    /// <summary>Standard normals of a seed as torch draws them on a CPU, [1, rows, columns, 4].</summary>
    public static Tensor Noise(ulong seed, int rows, int columns)
    {
        return new LatentNoise([new TorchCpuGenerator(seed)], [1, rows, columns, 4]).Draw();
    }

    /// <summary>Fails unless two tensors are nearly the same.</summary>
    public static void Same(Tensor expected, Tensor actual, double tolerance = 2e-5)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        (float[] a, float[] b) = (expected.ToArray(), actual.ToArray());
        double scale = Math.Sqrt(a.Average(value => (double)value * value));
        double error = Math.Sqrt(a.Zip(b).Average(pair => Math.Pow(pair.First - (double)pair.Second, 2)));
        Assert.True(error <= tolerance * scale, $"They differ by {error / scale:g2} of their size; {tolerance:g2} is allowed.");
    }

    public void Dispose() => _unet.Dispose();
}
