using Pareidolia.Tests.Golden;
using Pareidolia.Weights;
using Pareidolia.Weights.Pickle;

namespace Pareidolia.Tests.Weights.Pickle;

/// <summary>Every file of torch.save holds exactly the tensors that PyTorch had.</summary>
public sealed class TorchFileGoldenTests
{
    public static TheoryData<string, string> Files
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (string name in GoldenCase.NamesOfKind("torch_file").Select(row => row.Data))
                foreach (string file in Directory.GetFiles(Path.Combine(RepositoryRoot.Golden, name)).Where(IsTorch).Order(StringComparer.Ordinal))
                    rows.Add(name, Path.GetFileName(file));
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Tensors_are_those_of_pytorch(string name, string file)
    {
        string folder = Path.Combine(RepositoryRoot.Golden, name);
        using StoredWeights expected = StoredWeights.Open(Path.Combine(folder, "outputs.safetensors"));
        using StoredWeights actual = StoredWeights.Open(Path.Combine(folder, file));
        _ = Assert.IsType<TorchFile>(actual);
        Assert.Equal(expected.Names.Order(StringComparer.Ordinal), actual.Names.Order(StringComparer.Ordinal));
        foreach (string tensor in expected.Names)
        {
            Assert.Equal(expected.Entry(tensor).Type, actual.Entry(tensor).Type);
            Assert.Equal(expected.Entry(tensor).Shape, actual.Entry(tensor).Shape);
            Assert.True(expected.Bytes(tensor).SequenceEqual(actual.Bytes(tensor)), $"{file}: {tensor} has other bytes.");
        }
    }

    private static bool IsTorch(string path) => Path.GetExtension(path) is ".pt" or ".pth" or ".ckpt" or ".bin" or ".pkl";
}
