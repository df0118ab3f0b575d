#:project ../../src/Pareidolia/Pareidolia.csproj

using Pareidolia.Imaging;
using Pareidolia.Pipelines;

// CLIP says which words fit a picture best: the words are chosen here, not in training.
using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load("models/emoji");
using PictureLabels labels = PictureLabels.Load("models/emoji");
Image picture = pipeline.Generate("an emoji of a blue heart in noto style", seed: 3);
string[] words = ["a heart", "a car", "a cat face"];
foreach ((string word, double probability) in words.Zip(labels.Of(picture, words)).OrderByDescending(pair => pair.Second))
    Console.WriteLine($"{probability,6:P0}  {word}");
