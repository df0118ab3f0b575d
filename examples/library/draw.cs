#:project ../../src/Pareidolia/Pareidolia.csproj

using Pareidolia.Imaging;
using Pareidolia.Pipelines;

// Four pictures at once, and one that shows them all. Every picture carries its settings.
using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load("models/emoji");
GenerateSettings settings = pipeline.Defaults with { Prompt = "an emoji of a red apple in noto style", Seed = 7, Count = 4 };
foreach ((int place, Image picture) in pipeline.Generate(settings).Index())
{
    string file = Path.Combine(args[0], $"apple-{place}.png");
    PngWriter.Write(file, picture);
    Console.WriteLine($"{file}: {picture.Texts[Infotext.Key].ReplaceLineEndings(" | ")}");
}
