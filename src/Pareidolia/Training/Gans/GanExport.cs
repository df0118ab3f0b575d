using Pareidolia.Models;
using Pareidolia.Weights;

namespace Pareidolia.Training.Gans;

/// <summary>
/// A trained GAN as a model folder: <c>generator/</c>, <c>text_encoder/</c>, <c>tokenizer/</c> and a <c>model_index.json</c> that names them. The
/// discriminator stays in the run's checkpoint.
/// </summary>
internal static class GanExport
{
    /// <summary>Writes everything but the generator, whose class is <paramref name="generatorClass"/>.</summary>
    public static void Write(string folder, Recipe recipe, string generatorClass)
    {
        JsonConfig inputs = recipe.Section("inputs");
        foreach (string part in (ReadOnlySpan<string>)["text_encoder", "tokenizer"])
            PipelineExport.Copy(recipe.Beside(inputs.Text(part)!), Path.Combine(folder, part));
        PipelineExport.WriteJson(Path.Combine(folder, "model_index.json"), json =>
        {
            json.WriteStartObject();
            json.WriteString("_class_name", GanFolder.PipelineClass);
            foreach ((string part, string library, string type) in (ReadOnlySpan<(string, string, string)>)
                [
                    (GanFolder.Generator, "pareidolia", generatorClass), ("text_encoder", "transformers", "CLIPTextModel"), ("tokenizer", "transformers", "CLIPTokenizer"),
                ])
            {
                json.WriteStartArray(part);
                json.WriteStringValue(library);
                json.WriteStringValue(type);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        });
    }
}
