using System.Globalization;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Training.FineTuning;

namespace Pareidolia.Tests.Training.FineTuning;

/// <summary>Recipes, and the pictures that they learn from, for the tiny Stable Diffusion of the golden cases.</summary>
internal static class TinyFineTuning
{
    /// <summary>The model that learns.</summary>
    public static readonly string Base = Path.Combine(RepositoryRoot.Golden, "sd-tiny", "pipeline");

    /// <summary>Writes four pictures and a recipe into a folder, and loads what learns from them.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="method">The recipe's own lines.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="steps">Steps of the run.</param>
    /// <param name="caption">Of all pictures.</param>
    /// <param name="prior">Whether pictures of the class lie beside them.</param>
    /// <param name="size">Pixels of a side.</param>
    /// <param name="model">Another model that learns; null for the tiny one.</param>
    public static FineTuneTrainer Trainer(
        TemporaryFolder folder, string method, double rate = 1e-3, int steps = 1, string caption = "a red square", bool prior = false, int size = 64,
        string? model = null)
    {
        foreach (string set in (string[])["mine", "class"])
            WritePictures(folder[set], background: (byte)(set == "mine" ? 250 : 40), caption);
        string priorPart = prior ? """, "prior": ["class"]""" : "";
        File.WriteAllText(folder["recipe.json"], $$"""
            {"kind": "finetune", "base": {{JsonSerializer.Serialize(model ?? Base)}}, {{method}}, "data": {"train": ["mine"]{{priorPart}}, "size": {{size}}},
             "batch": 4, "steps": {{steps}}, "seed": 1, "log_every": 1, "checkpoint_every": 100,
             "optimizer": {"learning_rate": {{rate.ToString(CultureInfo.InvariantCulture)}}, "decay": "constant"} }
            """);
        return new FineTuneTrainer(Recipe.Load(folder["recipe.json"]), DataRoot.Resolve(folder.Path));
    }

    private static void WritePictures(string folder, byte background, string caption)
    {
        Directory.CreateDirectory(folder);
        for (int i = 0; i < 4; i++)
        {
            Image image = new(64, 64);
            Array.Fill(image.Pixels, background);
            for (int y = 8 * i; y < (8 * i) + 16; y++)
                for (int x = 16; x < 40; x++)
                    (image.Pixel(x, y)[0], image.Pixel(x, y)[1], image.Pixel(x, y)[2]) = (220, 20, (byte)(10 * i));
            PngWriter.Write(Path.Combine(folder, $"{i}.png"), image);
            File.WriteAllText(Path.Combine(folder, $"{i}.txt"), caption);
        }
    }
}
