using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Weights;

public sealed class SafetensorsGoldenTests
{
    public static TheoryData<string> Cases => GoldenCase.NamesOfKind("safetensors_file");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Good_files_load_to_the_expected_bytes(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        foreach (string path in Directory.GetFiles(golden.Folder, "ok*.safetensors"))
        {
            using SafetensorsFile file = new(path);
            bool isEmpty = Path.GetFileName(path) == "ok_no_tensors.safetensors";
            Assert.Equal(isEmpty ? [] : golden.Outputs.Keys.Order(), file.Names.Order());
            foreach (string tensor in file.Names)
                CheckTensor(golden.Outputs[tensor], file, tensor);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bad_files_are_refused_in_one_line_that_names_the_file(string name)
    {
        string[] files = Directory.GetFiles(GoldenCase.Load(name).Folder, "bad*.safetensors");
        Assert.NotEmpty(files);
        foreach (string path in files)
        {
            string message = Assert.Throws<PareidoliaException>(() => new SafetensorsFile(path).Dispose()).Message;
            Assert.Contains(path, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void Every_weight_file_of_every_golden_case_loads_as_the_plain_reader_reads_it()
    {
        foreach (string path in Directory.GetFiles(RepositoryRoot.Golden, "*.safetensors", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(path).StartsWith("bad", StringComparison.Ordinal))
                continue;
            using SafetensorsFile file = new(path);
            foreach ((string tensor, GoldenTensor expected) in GoldenTensor.ReadAll(path))
                CheckTensor(expected, file, tensor);
        }
    }

    private static void CheckTensor(GoldenTensor expected, SafetensorsFile file, string tensor)
    {
        SafetensorsEntry entry = file.Entry(tensor);
        Assert.Equal(expected.DType, entry.Type.FormatName());
        Assert.Equal(expected.Shape.Select(axis => (long)axis), entry.Shape);
        Assert.True(expected.Bytes.AsSpan().SequenceEqual(file.Bytes(tensor)), $"{file.Path}: {tensor} has other bytes.");
    }
}
