#:project ../../src/Pareidolia/Pareidolia.csproj

// A prompt becomes a picture: dotnet run examples/quickstart/quickstart.cs -- "a red apple" apple.png
// The third argument is a model folder in the Hugging Face layout; without it, the shipped model.
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

string prompt = args.ElementAtOrDefault(0) ?? "a red apple";
string file = args.ElementAtOrDefault(1) ?? "apple.png";
string model = args.ElementAtOrDefault(2) ?? Path.Combine("models", "emoji");

using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(model);

// In one line:
Image picture = pipeline.Generate(prompt, seed: 7);
PngWriter.Write(file, picture);
Console.WriteLine($"{file}: {picture.Width}x{picture.Height}");

// The same, stage by stage. The loop yields: progress, previews and stopping early belong to whoever writes it.
GenerateSettings settings = pipeline.Defaults with { Prompt = prompt, Seed = 7 };
IReadOnlyList<PictureRequest> batch = [.. settings.Pictures()];
using Conditioning conditioning = pipeline.Encode(batch, settings);
PictureNoise noise = pipeline.Noise(batch, settings);
using RunStart start = pipeline.Begin(noise, settings);
foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise))
{
    Console.WriteLine($"step {step.Index + 1} of {step.Count}: noise of {step.To.Sigma:0.000} is left");
    if (step.Index + 1 == step.Count / 2)
        PngWriter.Write(Path.ChangeExtension(file, ".halfway.png"), pipeline.Preview(step)[0]);
}
