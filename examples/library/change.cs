#:project ../../src/Pareidolia/Pareidolia.csproj

using Pareidolia.Imaging;
using Pareidolia.Pipelines;

// A picture, and another one that begins from it: what was drawn is painted over by six tenths.
using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load("models/emoji");
Image apple = pipeline.Generate("an emoji of a red apple in twemoji style", seed: 7);
GenerateSettings settings = pipeline.Defaults with
{
    Prompt = "an emoji of a green apple in twemoji style",
    Seed = 7,
    Source = new SourcePicture(apple) { Strength = 0.6 },
};
PngWriter.Write(Path.Combine(args[0], "before.png"), apple);
PngWriter.Write(Path.Combine(args[0], "after.png"), pipeline.Generate(settings)[0]);

// The settings are read back from the file, as any tool of this kind would do.
Infotext read = Infotext.Parse(ImageFile.Read(Path.Combine(args[0], "after.png")).Texts[Infotext.Key]);
Console.WriteLine($"{read.Prompt} (strength {read.Fields["Denoising strength"]})");
