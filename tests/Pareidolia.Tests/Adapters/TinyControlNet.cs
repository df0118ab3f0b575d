using Pareidolia.Models;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Adapters;

/// <summary>A ControlNet with random weights for the tiny model.</summary>
internal static class TinyControlNet
{
    /// <summary>The config of the UNet that it speaks to.</summary>
    public static UNet2DConditionConfig Config() => UNet2DConditionConfig.FromJson(JsonConfig.Load(Path.Combine(TinyModel.Lively, "unet", "config.json")));

    /// <summary>Writes one. New ones begin with zeros and say nothing; this one speaks.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">Of the UNet; null for the tiny model's.</param>
    public static void Write(string path, UNet2DConditionConfig? config = null)
    {
        using WeightStore store = WeightStore.Initialise(11);
        _ = store.Build(root => new ControlNetModel(config ?? Config(), [4, 8, 8], root));
        System.Random random = new(3);
        foreach (Parameter parameter in store.Parameters.Where(parameter => parameter.Name.EndsWith("weight", StringComparison.Ordinal)))
            if (parameter.Tensor.ToArray().All(value => value == 0))
                parameter.Tensor.Load([.. Enumerable.Range(0, (int)parameter.Tensor.Count).Select(_ => (float)random.NextDouble() - 0.5f)]);
        store.Save(path);
    }
}
