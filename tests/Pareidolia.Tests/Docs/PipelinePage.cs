using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Docs;

/// <summary>The code of docs/pipeline.md.</summary>
public sealed class PipelinePage
{
    [Fact]
    public void Pipeline_page()
    {
        using TemporaryFolder folder = new();
        string model = TinyModel.Folder, file = folder["apple.png"];

        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(model);       // model = "models/emoji", or any folder of diffusers
        Image apple = pipeline.Generate("a red apple", seed: 42);
        PngWriter.Write(file, apple);                                                       // its settings are inside, as the web UI writes them

        GenerateSettings settings = pipeline.Defaults with
        {
            Prompt = pipeline.Settings.Styled("a red apple", "noto"),
            Negative = "blurry",
            Seed = 42,
            Count = 3,
            Steps = 8,
            Sampler = SamplerChoice.Parse("DPM++ 2M Karras"),
        };
        IReadOnlyList<Image> apples = pipeline.Generate(settings);

        PictureRequest[] batch = [.. settings.Pictures()];                                  // prompt, negative prompt and seed of each picture
        using Conditioning conditioning = pipeline.Encode(batch, settings);                 // strings -> tokens -> what the UNet reads
        PictureNoise noise = pipeline.Noise(batch, settings);                               // as the program of settings.Noise draws it
        using RunStart start = pipeline.Begin(noise, settings);
        Tensor? last = null;
        foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise))
        {
            Console.WriteLine($"{step.Index + 1} of {step.Count}, noise left {step.To.Ratio:f2}");
            last?.Dispose();
            last = step.Take();                                                             // a step's own tensors live until the next step
        }
        using Latent final = new(last!);
        IReadOnlyList<Image> images = pipeline.Decode(final);

        Assert.Equal(apple.Pixels, PngReader.Read(file).Pixels);
        Assert.Equal(apples.Select(image => image.Pixels), images.Select(image => image.Pixels));
    }
}
