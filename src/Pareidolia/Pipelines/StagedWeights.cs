using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>A stage of the way from words to pictures, which needs some of a model's weights.</summary>
internal enum Stage
{
    /// <summary>Text encoders.</summary>
    Text,

    /// <summary>UNet and ControlNets.</summary>
    Denoising,

    /// <summary>Autoencoder and upscaler.</summary>
    Pictures,
}

/// <summary>The weights of each stage. Those that are held in stages are in memory while their stage lasts.</summary>
/// <param name="stores">The stores of a stage.</param>
internal sealed class StagedWeights(Func<Stage, IEnumerable<WeightStore>> stores)
{
    private Stage? _current;

    /// <summary>Begins a stage, if it is not the one that runs: releases what others need alone, spare buffers too, and reads what this one needs.</summary>
    /// <exception cref="PareidoliaException">The file is damaged.</exception>
    public void Enter(Stage stage)
    {
        if (stage == _current)
            return;
        foreach (Stage other in Enum.GetValues<Stage>().Where(other => other != stage))
            foreach (WeightStore store in stores(other))
                store.Release();
        foreach (WeightStore store in stores(stage))
        {
            store.Device.Trim();
            store.Restore();
        }
        _current = stage;
    }

    /// <summary>Ends the stage that runs: another model has the memory now.</summary>
    public void Leave()
    {
        foreach (Stage stage in Enum.GetValues<Stage>())
            foreach (WeightStore store in stores(stage))
                store.Release();
        _current = null;
    }
}
