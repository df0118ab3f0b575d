using Pareidolia.Weights;

namespace Pareidolia.Tests.Weights;

public sealed class ModelFolderGoldenTests
{
    /// <summary>Several cases share one pipeline's folder, so the folders are found by their index.</summary>
    public static TheoryData<string> Pipelines => [.. Directory.GetFiles(RepositoryRoot.Golden, "model_index.json", SearchOption.AllDirectories)
        .Select(index => Path.GetRelativePath(RepositoryRoot.Golden, Path.GetDirectoryName(index)!))];

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Every_network_of_a_pipeline_has_class_config_and_weights(string folder)
    {
        ModelFolder model = new(Path.Combine(RepositoryRoot.Golden, folder));
        foreach (string part in model.Names)
        {
            ModelComponent component = model.Component(part);
            Assert.NotNull(component.ClassName);
            Assert.NotEmpty(component.Config.Keys);
            if (part is "scheduler" or "tokenizer" or "tokenizer_2")
                continue;
            using StoredWeights weights = component.OpenWeights();
            Assert.NotEmpty(weights.Names);
        }
    }
}
