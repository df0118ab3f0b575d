using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Models without files: their structures are the published ones, and they draw in every way that weights can be held.</summary>
public sealed class RandomModelTests
{
    // Parameters of the published checkpoints, of each part: stable-diffusion-v1-5 and stable-diffusion-xl-base-1.0.
    [Theory]
    [InlineData("random:sd15", "unet", 859_520_964, 686)]
    [InlineData("random:sd15", "vae", 83_653_863, 248)]
    [InlineData("random:sd15-text", "text_encoder", 123_060_480, 196)]
    [InlineData("random:sdxl-unet", "unet", 2_567_463_684, 1680)]
    [InlineData("random:sdxl", "text_encoder_2", 694_659_840, 517)]
    public void A_part_has_the_published_parameters(string name, string part, long parameters, int tensors)
    {
        using StoredWeights weights = new RandomModel(name).Component(part).OpenWeights();
        Assert.Equal((parameters, tensors), (weights.Names.Sum(tensor => weights.Entry(tensor).Count), weights.Names.Count));
    }

    [Fact]
    public void Weights_keep_the_deviation_of_what_they_multiply()
    {
        using StoredWeights weights = new RandomModel("random:tiny").Component("unet").OpenWeights();
        using Tensor matrix = Scope.Detach(weights.Load("time_embedding.linear_1.weight", Backend.Cpu)), again = Scope.Detach(weights.Load("time_embedding.linear_1.weight", Backend.Reference));
        float[] values = matrix.ToArray();
        Assert.Equal(values, again.ToArray());
        Assert.InRange(Math.Abs(values.Average()) * Math.Sqrt(32), 0, 0.05);
        Assert.InRange(values.Average(value => value * value) * 32, 0.95, 1.05);
        Assert.True(values.Distinct().Count() > 0.99 * values.Length);
    }

    [Fact]
    public void Weights_that_come_and_go_draw_the_same_picture()
    {
        byte[] whole = Draw(new WeightHolding());
        Assert.Equal(whole, Draw(new WeightHolding(Staged: true)));
        byte[] eight = Draw(new WeightHolding(WeightPrecision.I8));
        Assert.NotEqual(whole, eight);
        Assert.Equal(eight, Draw(new WeightHolding(WeightPrecision.I8, Staged: true)));
    }

    [Fact]
    public void A_picture_says_in_how_many_bits_its_weights_were()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(new RandomModel("random:tiny") { Holding = new WeightHolding(WeightPrecision.F16) });
        Image image = pipeline.Generate(pipeline.Defaults with { Prompt = "a cat", Steps = 1, Width = 32, Height = 32 })[0];
        Assert.Contains("Weight precision: f16-weights", image.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("random:sd9", "random:sd15, random:sdxl, random:tiny")]
    [InlineData("random:sd15-wheel", "-unet, -vae and -text")]
    public void What_is_not_there_is_said(string name, string expected) =>
        Assert.Contains(expected, Assert.Throws<PareidoliaException>(() => new RandomModel(name)).Message, StringComparison.Ordinal);

    // Two batches, so that each stage comes twice.
    private static byte[] Draw(WeightHolding holding)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(new RandomModel("random:tiny") { Holding = holding });
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a cat", Steps = 2, Width = 160, Height = 160, Count = 3 };
        return [.. pipeline.Generate(settings).SelectMany(image => image.Pixels)];
    }
}
