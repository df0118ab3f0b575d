using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Tests.Models;
using Pareidolia.Tests.Training.Data;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Training.Gans;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training.Gans;

public sealed class GanPartsTests
{
    [Theory]
    [InlineData("color")]
    [InlineData("translation")]
    [InlineData("cutout")]
    public void Gradients_flow_through_the_augmentation(string name)
    {
        using Scope scope = new();
        DifferentiableAugmentation augmentation = new([name]);
        Tensor x = TinyModels.Noise([2, 8, 8, 3], Backend.Cpu), direction = TinyModels.Noise([2, 8, 8, 3], Backend.Cpu, 9), way = TinyModels.Noise([2, 8, 8, 3], Backend.Cpu, 10);
        x.RequiresGradient = true;
        using (Tape tape = new())
            tape.Backward(augmentation.Apply(x, new TorchCpuGenerator(4)), direction);
        double along = (x.Gradient! * way).Sum().Item();
        double At(float step) => (augmentation.Apply(x + (way * step), new TorchCpuGenerator(4)) * direction).Sum().Item();
        double slope = (At(0.5f) - At(-0.5f)) / 1;
        Assert.True(Math.Abs(slope) > 1e-2, $"{name} hides the whole picture");
        Assert.InRange(along, slope - (1e-3 * Math.Abs(slope)) - 1e-3, slope + (1e-3 * Math.Abs(slope)) + 1e-3);
    }

    [Fact]
    public void Translation_moves_by_whole_pixels_and_repeats_the_edge()
    {
        using Scope scope = new();
        float[] ramp = [.. Enumerable.Range(0, 16 * 16).Select(i => (i % 16) + (100f * (i / 16)))];
        float[] moved = new DifferentiableAugmentation(["translation"]).Apply(Tensor.From(ramp, [1, 16, 16, 1]), new TorchCpuGenerator(2)).ToArray();
        (int right, int down) = ((int)(moved[(8 * 16) + 8] % 100) - 8, (int)(moved[(8 * 16) + 8] / 100) - 8);
        Assert.InRange(right, -2, 2);
        Assert.InRange(down, -2, 2);
        for (int i = 0; i < moved.Length; i++)
            Assert.Equal(Math.Clamp((i % 16) + right, 0, 15) + (100 * Math.Clamp((i / 16) + down, 0, 15)), moved[i]);
    }

    [Fact]
    public void An_unknown_change_is_refused() =>
        Assert.Contains("\"blur\"", Assert.Throws<PareidoliaException>(() => new DifferentiableAugmentation(["color", "blur"])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_wrong_caption_is_of_another_digit_wherever_there_is_one()
    {
        using TemporaryFolder folder = new();
        TinyDigits.Write(folder, [3, 3, 3, 5, 3, 5]);
        PictureSet set = PictureSet.Load(DataRoot.Resolve(folder.Path), JsonConfig.Parse($$"""{ "train": "{{TinyDigits.Images}}", "size": 28 }""", "data"), "train");
        Assert.Equal([3, 3, 3, 4, 5, 0], Mismatch.Of([0, 1, 2, 3, 4, 5], set));
        Assert.Equal([1, 2, 0], Mismatch.Of([0, 1, 2], set));
    }

    [Theory]
    [InlineData("\"text_dim\": 16", "\"text_dim\": 7", "texts of 7 numbers")]
    [InlineData("\"size\": 16", "\"size\": 32", "its pictures are 32x32")]
    [InlineData("\"sample_size\": 16", "\"sample_size\": 24", "sample_size is 24")]
    [InlineData("\"color\"", "\"colour\"", "\"colour\"")]
    [InlineData("\"tokenizer\"", "\"tokens\"", "\"tokenizer\"")]
    public void A_recipe_that_cannot_be_run_says_why(string from, string to, string said)
    {
        using TemporaryFolder folder = new();
        string path = TinyGans.Write(folder, TinyGans.Dcgan.Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(said, Assert.Throws<PareidoliaException>(() => TinyGans.Make(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stage_2_refuses_a_stage_1_of_other_numbers()
    {
        using TemporaryFolder folder = new();
        string stage1 = TinyGans.Trained(folder, TinyGans.Stage1, "first");
        string path = TinyGans.Write(folder, TinyGans.Stage2(stage1).Replace("\"GF_DIM\": 2", "\"GF_DIM\": 4", StringComparison.Ordinal));
        Assert.Contains("The networks are not of one make", Assert.Throws<PareidoliaException>(() => TinyGans.Make(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_needs_a_label_for_every_picture()
    {
        using TemporaryFolder folder = new();
        string path = TinyGans.Write(folder, TinyGans.Classifier.Replace(TinyDigits.Images, "tiny.tar", StringComparison.Ordinal));
        Assert.Contains("has the label -1", Assert.Throws<PareidoliaException>(() => TinyGans.Make(path)).Message, StringComparison.Ordinal);
    }
}
