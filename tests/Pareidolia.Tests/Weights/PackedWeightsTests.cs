using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Weights;

/// <summary>Weights that are kept as they are held. Runs alone: what it counts is counted for the whole process.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class PackedWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PackedWeightsTests() => Save(1);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<WeightPrecision, bool, bool> Holdings => new()
    {
        { WeightPrecision.F32, false, false }, { WeightPrecision.F32, true, false }, { WeightPrecision.F32, false, true },
        { WeightPrecision.F16, false, false }, { WeightPrecision.I8, false, false },
    };

    [Theory]
    [MemberData(nameof(Holdings))]
    public void A_second_start_maps_what_the_first_one_packed(WeightPrecision precision, bool bf16, bool int8)
    {
        WeightHolding holding = WeightHolding.For(bf16, int8, precision);
        float[] read = Drawn(holding, out long readBytes);
        Assert.Empty(Packed());
        Assert.Equal(read, Drawn(holding with { Packed = true }, out long packingBytes));
        string packed = Assert.Single(Packed());
        byte[] bytes = File.ReadAllBytes(packed);
        Assert.Equal(read, Drawn(holding, out long mappedBytes));
        Assert.Equal(readBytes, packingBytes);
        Assert.True(readBytes > 0);
        Assert.Equal(0, mappedBytes);
        Assert.Equal(bytes, File.ReadAllBytes(packed));
    }

    [Fact]
    public void Stages_and_changes_are_as_without()
    {
        Drawn(new WeightHolding { Packed = true }, out _);
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(new ModelComponent(_folder.Path).Held(new WeightHolding(Staged: true)));
        Parameter kernel = unet.Weights.Parameters.First(parameter => parameter.Tensor.Rank == 4);
        unet.Weights.Restore();
        float[] before = kernel.Tensor.ToArray();
        unet.Weights.Change(kernel, weight => weight.Scale(2));
        for (int time = 0; time < 2; time++)
        {
            Assert.Equal(before.Select(value => 2 * value), kernel.Tensor.ToArray());
            unet.Weights.Release();
            unet.Weights.Restore();
        }
    }

    [Fact]
    public void Each_way_of_holding_has_a_file_of_its_own()
    {
        Drawn(new WeightHolding { Packed = true }, out _);
        Drawn(new WeightHolding(WeightPrecision.I8) { Packed = true }, out _);
        Assert.Equal(2, Packed().Length);
    }

    [Fact]
    public void Other_weights_are_read_and_packed_anew()
    {
        Drawn(new WeightHolding { Packed = true }, out _);
        Save(2);
        float[] second = Drawn(new WeightHolding(), out long bytes);
        Assert.True(bytes > 0);
        Assert.Equal(second, Drawn(new WeightHolding { Packed = true }, out _));
        Assert.Single(Packed());
        Assert.Equal(second, Drawn(new WeightHolding(), out long mapped));
        Assert.Equal(0, mapped);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(2000)]
    [InlineData(-1)]
    public void What_was_cut_off_is_not_used(int length)
    {
        float[] expected = Drawn(new WeightHolding { Packed = true }, out _);
        using (FileStream file = File.OpenWrite(Packed().Single()))
            file.SetLength(length < 0 ? file.Length + length : length);
        Assert.Equal(expected, Drawn(new WeightHolding(), out long bytes));
        Assert.True(bytes > 0);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named()
    {
        Drawn(new WeightHolding { Packed = true }, out _);
        string packed = Packed().Single();
        File.Delete(packed);
        Directory.CreateDirectory(packed);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => Drawn(new WeightHolding { Packed = true }, out _));
        Assert.StartsWith($"Cannot write '{packed}': ", error.Message, StringComparison.Ordinal);
    }

    private void Save(ulong seed)
    {
        using Pretrained<UNet2DConditionModel> made = UNet2DConditionModel.Load(new RandomModel("random:tiny").Component("unet"));
        foreach (Parameter parameter in made.Weights.Parameters.Where(parameter => parameter.Tensor.Rank > 1))
            parameter.Tensor.ScaleInPlace(seed);
        made.Model.Save(_folder.Path, made.Weights);
    }

    private string[] Packed() => Directory.GetFileSystemEntries(_folder.Path, "*.packed");

    // What the network says of one latent, and how much of its weights got memory of its own.
    private float[] Drawn(WeightHolding holding, out long copied)
    {
        long before = TensorMemory.LiveBytes;
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(new ModelComponent(_folder.Path).Held(holding));
        copied = TensorMemory.LiveBytes - before;
        using Scope scope = new();
        using ReducedPrecision? half = holding.HalfPanels ? new ReducedPrecision() : null;
        Tensor latent = Tensor.Uniform([1, 8, 8, unet.Model.Config.InChannels], 1, 1), text = Tensor.Uniform([1, 5, unet.Model.Config.TextWidth], 1, 2);
        return unet.Model.Forward(latent, [7], text).ToArray();
    }
}
