using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

public sealed class ZeroShotTests
{
    [Fact]
    public void Probabilities_are_the_softmax_of_scaled_cosines_to_the_mean_directions()
    {
        using Scope scope = new();
        using Pretrained<ClipModel> clip = ClipModel.Initialise(TinyModels.ClipConfig, 1);
        Tensor[] texts = [Tensor.From([1, 4, 10, 0, 2, 3, 5, 10], [2, 4]), Tensor.From([7, 8, 9, 10], [1, 4])];
        Tensor pictures = TinyModels.Noise([3, 8, 8, 3], Backend.Cpu);
        float[] probabilities = new ZeroShotClassifier(clip.Model, texts).Probabilities(pictures).ToArray();
        float[][] classes = [.. texts.Select(ids => Mean(clip.Model.EncodeText(ids).ToArray().Chunk(5)))];
        float[][] images = [.. clip.Model.EncodeImage(pictures).ToArray().Chunk(5).Select(Unit)];
        double scale = Math.Exp(clip.Model.LogitScale.Item());
        for (int i = 0; i < 3; i++)
        {
            double[] e = [.. classes.Select(direction => Math.Exp(scale * Dot(images[i], direction)))];
            Assert.Equal(e[0] / e.Sum(), probabilities[2 * i], 1e-4);
            Assert.Equal(1, probabilities[2 * i] + probabilities[(2 * i) + 1], 1e-5);
        }
    }

    private static float[] Mean(IEnumerable<float[]> rows) => Unit([.. rows.Select(Unit).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)])]);

    private static float[] Unit(float[] v) => [.. v.Select(x => x / MathF.Sqrt(v.Sum(y => y * y)))];

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
