using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>A CLIP that lies in a text-to-image model may leave its text tower to the text encoder beside it.</summary>
public sealed class ClipTextTowerTests
{
    [Fact]
    public void A_tower_of_the_text_encoder_gives_the_same_embeddings()
    {
        using TemporaryFolder folder = new();
        Pipelines.TinyModel.CopyTo(folder);
        (string clip, string beside) = (folder["clip"], folder["text_encoder"]);
        float[] whole = Embedding(clip);
        Split(Path.Combine(clip, "model.safetensors"), Path.Combine(beside, "model.safetensors"));
        Assert.Equal(whole, Embedding(clip));
        Directory.Delete(beside, recursive: true);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => ClipModel.Load(clip));
        Assert.Contains("text_model", error.Message, StringComparison.Ordinal);
    }

    private static float[] Embedding(string clip)
    {
        using Scope scope = new();
        using Pretrained<ClipModel> model = ClipModel.Load(clip);
        int[] ids = [3, 5, 7, 1];
        return model.Model.EncodeText(Tensor.From(ids, [1, ids.Length])).ToArray();
    }

    private static void Split(string whole, string tower)
    {
        Write(tower, whole, isTower: true);
        Write(whole, whole, isTower: false);
    }

    private static void Write(string path, string from, bool isTower)
    {
        using SafetensorsFile file = new(from);
        SafetensorsWriter.Write(path, file.Entries
            .Where(entry => entry.Name.StartsWith("text_model.", StringComparison.Ordinal) == isTower)
            .Select(entry => new SafetensorsSource(entry.Name, entry.Type, entry.Shape, stream => stream.Write(file.Bytes(entry.Name)))));
    }
}
