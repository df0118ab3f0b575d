using Pareidolia.Tests.Pipelines;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Weights.Checkpoints;

/// <summary>A model goes from one layout to the other and back without the loss of a bit.</summary>
public sealed class ConversionTests : IDisposable
{
    private static readonly ConversionOptions s_asStored = new();

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Folders => [.. Directory.GetDirectories(RepositoryRoot.Golden, "sd*-tiny").Order(StringComparer.Ordinal)
        .Where(folder => Directory.Exists(Path.Combine(folder, "pipeline"))).Select(folder => Path.GetFileName(folder))];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_to_file_to_folder(string name)
    {
        string original = Path.Combine(RepositoryRoot.Golden, name, "pipeline");
        ModelConversion.ToFile(new ModelFolder(original), _folder["x.safetensors"], s_asStored);
        SingleFileModel file = new(_folder["x.safetensors"], new SingleFileOptions { Tokenizer = original, Config = original });
        Assert.Empty(file.Unclaimed);
        ModelConversion.ToFolder(file, _folder["back"], s_asStored);
        AssertSame(new ModelFolder(original), new ModelFolder(_folder["back"]));
        Assert.Equal(new ModelFolder(original).Names.Where(part => part is not ("safety_checker" or "feature_extractor")).Order(), new ModelFolder(_folder["back"]).Names.Order());
        Assert.True(File.Exists(_folder["back/tokenizer/vocab.json"]));
    }

    [Theory]
    [InlineData("sd-single-file")]
    [InlineData("sdxl-single-file")]
    public void File_to_folder_to_file(string name)
    {
        using GoldenCheckpoint checkpoint = new(name);
        ModelConversion.ToFolder(new SingleFileModel(checkpoint.File, checkpoint.Options), _folder["folder"], s_asStored with { LargestShard = 100_000 });
        Assert.True(File.Exists(_folder["folder/unet/diffusion_pytorch_model.safetensors.index.json"]));
        ModelConversion.ToFile(new ModelFolder(_folder["folder"]), _folder["x.safetensors"], s_asStored);
        using StoredWeights expected = StoredWeights.Open(checkpoint.File), actual = StoredWeights.Open(_folder["x.safetensors"]);
        string[] weights = [.. expected.Names.Where(key => !HarmlessKeys.Contains(key))];
        Assert.Equal(weights.Order(), actual.Names.Where(key => !HarmlessKeys.Contains(key)).Order());
        AssertSame(expected, actual, weights);
    }

    [Fact]
    public void Sd2_gets_its_unused_layer_and_loses_it_again()
    {
        string original = _folder["original"];
        TinyModel.Make(original);
        string unet = Path.Combine(original, "unet", "config.json");
        File.WriteAllText(unet, File.ReadAllText(unet).Replace("\"use_linear_projection\": false", "\"use_linear_projection\": true", StringComparison.Ordinal));
        ModelConversion.ToFile(new ModelFolder(original), _folder["x.safetensors"], s_asStored);
        using (StoredWeights file = StoredWeights.Open(_folder["x.safetensors"]))
        {
            Assert.True(file.Has("cond_stage_model.model.transformer.resblocks.2.attn.in_proj_weight"));
            Assert.Equal([48, 16], file.Entry("cond_stage_model.model.transformer.resblocks.1.attn.in_proj_weight").Shape);
        }
        SingleFileModel back = new(_folder["x.safetensors"], new SingleFileOptions { Config = original });
        Assert.Equal("Stable Diffusion 2", back.Family);
        using StoredWeights expected = new ModelFolder(original).Component("text_encoder").OpenWeights(), actual = back.Component("text_encoder").OpenWeights();
        AssertSame(expected, actual, [.. expected.Names]);
    }

    [Theory]
    [InlineData(SafetensorsType.F16)]
    [InlineData(SafetensorsType.BF16)]
    public void Halves_are_rounded_to_nearest_and_integers_stay(SafetensorsType type)
    {
        ModelConversion.ToFolder(new ModelFolder(TinyModel.Folder), _folder["half"], new ConversionOptions { Type = type });
        foreach (string part in (string[])["unet", "vae", "text_encoder"])
        {
            using StoredWeights expected = new ModelFolder(TinyModel.Folder).Component(part).OpenWeights(), actual = new ModelFolder(_folder["half"]).Component(part).OpenWeights();
            Assert.Equal(expected.Names.Order(), actual.Names.Order());
            foreach (string name in expected.Names)
            {
                Assert.Equal(type, actual.Entry(name).Type);
                float[] rounded = Floats(actual, name), exact = Floats(expected, name);
                double step = type == SafetensorsType.F16 ? 1.0 / 2048 : 1.0 / 256;
                for (int i = 0; i < exact.Length; i++)
                    Assert.True(Math.Abs(rounded[i] - exact[i]) <= (step * Math.Abs(exact[i])) + 6e-8, $"{name}[{i}]: {exact[i]} became {rounded[i]}.");
            }
        }
    }

    [Fact]
    public void What_is_written_over_leaves_no_weights_of_before()
    {
        ModelFolder model = new(TinyModel.Folder);
        ConversionOptions options = s_asStored with { Overwrite = true };
        foreach (long? largest in (long?[])[null, 20_000, null])
        {
            ModelConversion.ToFolder(model, _folder["again"], options with { LargestShard = largest });
            Assert.Equal(largest is not null, new ModelFolder(_folder["again"]).Component("unet").WeightsPath!.EndsWith(".json", StringComparison.Ordinal));
            AssertSame(model, new ModelFolder(_folder["again"]));
        }
        Assert.Single(Directory.GetFiles(_folder["again/unet"], "*.safetensors*"));
    }

    [Fact]
    public void Nothing_is_written_over_unasked()
    {
        ModelFolder model = new(TinyModel.Folder);
        File.WriteAllText(_folder["x.safetensors"], "mine");
        Assert.Contains("--force", Message(() => ModelConversion.ToFile(model, _folder["x.safetensors"], s_asStored)), StringComparison.Ordinal);
        Assert.Contains("--force", Message(() => ModelConversion.ToFolder(model, _folder.Path, s_asStored)), StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["x.safetensors"]));
        Assert.Contains("is the model itself", Message(() => ModelConversion.ToFolder(model, TinyModel.Folder, s_asStored with { Overwrite = true })), StringComparison.Ordinal);
        ModelConversion.ToFile(model, _folder["x.safetensors"], s_asStored with { Overwrite = true });
        Assert.True(new FileInfo(_folder["x.safetensors"]).Length > 1000);
    }

    private static string Message(Action act) => Assert.Throws<PareidoliaException>(act).Message;

    private static float[] Floats(StoredWeights weights, string name)
    {
        using Pareidolia.Tensors.Tensor tensor = TensorFiles.Read(weights, name);
        return tensor.ToArray();
    }

    private static void AssertSame(ModelSource expected, ModelSource actual)
    {
        foreach (string part in expected.Names.Where(part => expected.Component(part).HasWeights))
        {
            using StoredWeights from = expected.Component(part).OpenWeights(), to = actual.Component(part).OpenWeights();
            string[] names = [.. from.Names.Where(name => !HarmlessKeys.Contains(name))];
            Assert.Equal(names.Order(), to.Names.Where(name => !HarmlessKeys.Contains(name)).Order());
            AssertSame(from, to, names);
        }
    }

    private static void AssertSame(StoredWeights expected, StoredWeights actual, string[] names)
    {
        foreach (string name in names)
        {
            Assert.Equal(expected.Entry(name).Type, actual.Entry(name).Type);
            Assert.Equal(expected.Entry(name).Shape, actual.Entry(name).Shape);
            Assert.True(expected.Bytes(name).SequenceEqual(actual.Bytes(name)), $"{name} has other bytes.");
        }
    }
}
