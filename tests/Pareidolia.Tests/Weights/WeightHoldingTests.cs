using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Weights;

/// <summary>Weights in fewer bits and weights that come and go. Runs alone: what it counts is counted for the whole process.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class WeightHoldingTests
{
    [Fact]
    public void Weights_in_fewer_bits_are_not_trained()
    {
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(Vae(new WeightHolding(WeightPrecision.F16)));
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => vae.Weights.RequireGradients(true));
        Assert.Equal("Weights that are held in fewer than 32 bits cannot be trained: load the model with f32.", error.Message);
        Assert.Throws<TensorException>(() => vae.Weights.Parameters.First(parameter => parameter.Tensor.Type == DType.F16).Tensor.RequiresGradient = true);
    }

    [Theory]
    [InlineData(WeightPrecision.F16, DType.F16)]
    [InlineData(WeightPrecision.I8, DType.Q8)]
    public void Matrices_are_held_in_fewer_bits_and_the_rest_is_not(WeightPrecision precision, DType type)
    {
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(Vae(new WeightHolding(precision)));
        Assert.All(vae.Weights.Parameters, parameter => Assert.Equal(parameter.Tensor.Rank > 1 ? type : DType.F32, parameter.Tensor.Type));
    }

    [Fact]
    public void A_unet_for_products_of_bfloat16_is_held_as_they_read_it()
    {
        RandomModel model = new("random:tiny") { Holding = WeightHolding.For(bf16: true, int8: false) };
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(model.Component("unet"));
        bool panels = ReducedPrecision.HasTiles;
        Assert.All(unet.Weights.Parameters, parameter => Assert.Equal(
            panels && DType.BF16Panels.CanHold(parameter.Tensor.Shape) && !parameter.Name.Contains("_emb", StringComparison.Ordinal) ? DType.BF16Panels : DType.F32, parameter.Tensor.Type));
        Assert.Equal(panels, unet.Weights.Parameters.Any(parameter => parameter.Tensor.Type == DType.BF16Panels));
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(model.Component("vae"));
        Assert.All(vae.Weights.Parameters, parameter => Assert.Equal(DType.F32, parameter.Tensor.Type));
    }

    [Fact]
    public void Staged_weights_are_in_memory_between_restore_and_release()
    {
        long before = TensorMemory.LiveBytes;
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(Vae(new WeightHolding(Staged: true)));
        Assert.Equal(before, TensorMemory.LiveBytes);
        Assert.Throws<TensorException>(() => vae.Weights.Parameters.First().Tensor.ToArray());
        vae.Weights.Restore();
        float[] once = vae.Weights.Parameters.First().Tensor.ToArray();
        Assert.Equal(before + vae.Weights.Parameters.Sum(parameter => parameter.Tensor.Bytes), TensorMemory.LiveBytes);
        vae.Weights.Release();
        Assert.Equal(before, TensorMemory.LiveBytes);
        vae.Weights.Restore();
        Assert.Equal(once, vae.Weights.Parameters.First().Tensor.ToArray());
    }

    [Theory]
    [InlineData(WeightPrecision.F32, 0)]
    [InlineData(WeightPrecision.F16, 1e-3)]
    [InlineData(WeightPrecision.I8, 1e-2)]
    public void Changes_come_back_with_the_weights(WeightPrecision precision, double tolerance)
    {
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(Vae(new WeightHolding(precision, Staged: true)));
        Parameter parameter = vae.Weights.Parameters.First(parameter => parameter.Tensor.Rank > 1);
        vae.Weights.Restore();
        float[] before = parameter.Tensor.ToArray();
        vae.Weights.Change(parameter, weight => weight.Scale(2));
        for (int time = 0; time < 2; time++)
        {
            float[] changed = parameter.Tensor.ToArray();
            Assert.All(changed.Zip(before), pair => Assert.InRange(pair.First, (2 * pair.Second) - tolerance, (2 * pair.Second) + tolerance));
            vae.Weights.Release();
            vae.Weights.Restore();
        }
    }

    [Fact]
    public void A_file_that_has_16_bits_is_not_copied_and_not_written()
    {
        using TemporaryFolder folder = new();
        using (Pretrained<AutoencoderKl> made = AutoencoderKl.Load(Vae(new WeightHolding())))
            made.Model.Save(folder.Path, made.Weights, SafetensorsType.F16);
        string file = Directory.GetFiles(folder.Path, "*.safetensors").Single();
        byte[] bytes = File.ReadAllBytes(file);
        using Scope scope = new();
        using Pretrained<AutoencoderKl> full = AutoencoderKl.Load(folder.Path);
        Tensor latent = Tensor.Uniform([1, 6, 5, 4], 1, 1);
        float[] expected = full.Model.Decode(latent).ToArray();
        long before = TensorMemory.LiveBytes;
        using Pretrained<AutoencoderKl> half = AutoencoderKl.Load(new ModelComponent(folder.Path).Held(new WeightHolding(WeightPrecision.F16)));
        long copied = half.Weights.Parameters.Where(parameter => parameter.Tensor.Rank is 1 or 4 && parameter.Tensor.Shape is var shape && (shape.Rank == 1 || shape[1] == 3))
            .Sum(parameter => parameter.Tensor.Bytes);
        Assert.Equal(before + copied, TensorMemory.LiveBytes);
        Assert.Equal(expected, half.Model.Decode(latent).ToArray());
        Parameter borrowed = half.Weights.Parameters.First(parameter => parameter.Tensor.Rank == 2);
        half.Weights.Change(borrowed, weight => weight.Scale(0));
        Assert.All(borrowed.Tensor.ToArray(), value => Assert.Equal(0, value));
        Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    [Fact]
    public void A_file_of_32_bits_is_not_copied_until_it_is_trained_and_never_written()
    {
        using TemporaryFolder folder = new();
        using (Pretrained<AutoencoderKl> made = AutoencoderKl.Load(Vae(new WeightHolding())))
            made.Model.Save(folder.Path, made.Weights, SafetensorsType.F32);
        string file = Directory.GetFiles(folder.Path, "*.safetensors").Single();
        byte[] bytes = File.ReadAllBytes(file);
        using Scope scope = new();
        long before = TensorMemory.LiveBytes;
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(folder.Path);
        Parameter[] moved = [.. vae.Weights.Parameters.Where(parameter => parameter.Tensor.Rank == 4 && parameter.Tensor.Shape[1] == 3)];
        Assert.Equal(before + moved.Sum(parameter => parameter.Tensor.Bytes), TensorMemory.LiveBytes);
        Tensor[] whole = [.. vae.Weights.Parameters.Except(moved).Select(parameter => parameter.Tensor)];
        float[] values = whole[0].ToArray();
        whole[0].ScaleInPlace(2);
        using (Scope passing = new())
            whole[1].CopyFrom(whole[1].Scale(0));
        whole[2].AddInPlace(whole[2]);
        whole[3].Load(new float[whole[3].Count]);
        Assert.Equal(values.Select(value => 2 * value), whole[0].ToArray());
        vae.Weights.RequireGradients(true);
        Assert.Equal(before + vae.Weights.Parameters.Sum(parameter => parameter.Tensor.Bytes), TensorMemory.LiveBytes);
        Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    private static ModelComponent Vae(WeightHolding holding) => new RandomModel("random:tiny") { Holding = holding }.Component("vae");
}
