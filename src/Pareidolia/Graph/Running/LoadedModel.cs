using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Graph.Running;

/// <summary>A diffusion model in memory, with what is known beside its weights.</summary>
/// <param name="UNet">Its network.</param>
/// <param name="Scheduler">Its scheduler_config.json.</param>
internal sealed record LoadedModel(Pretrained<UNet2DConditionModel> UNet, JsonConfig Scheduler) : IDisposable
{
    private const int UsualFactor = 8;

    private readonly AppliedLoras _loras = new();

    /// <summary>The whole model that it is a part of; null where it stands alone.</summary>
    public ModelParts? Whole { get; init; }

    /// <summary>The map from its latents to colours; empty where nobody gives one.</summary>
    public IReadOnlyList<double> LatentRgb { get; init; } = [];

    /// <summary>Pixels of a cell of its latents, in each direction.</summary>
    public int Factor => Whole?.Decoder.Factor ?? UsualFactor;

    /// <summary>Numbers of a cell.</summary>
    public int LatentChannels => Whole?.Decoder.LatentChannels ?? UNet.Model.Config.OutChannels;

    /// <summary>Adds LoRAs to what is there.</summary>
    /// <exception cref="PareidoliaException">One is missing, damaged, or does not fit.</exception>
    public void AddLoras(IReadOnlyList<LoraChoice> loras)
    {
        if (Whole is null)
            _loras.Add(loras, UNet.Weights, []);
        else
            Whole.AddLoras(loras);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loras.Dispose();
        if (Whole is null)
            UNet.Dispose();
        else
            Whole.Dispose();
    }
}

/// <summary>Text encoders in memory that belong to no model.</summary>
/// <param name="Encoder">What reads prompts.</param>
internal sealed record LoadedText(PromptEncoder Encoder) : IDisposable
{
    private readonly AppliedLoras _loras = new();

    /// <summary>Adds LoRAs to what is there; those that change no texts are passed over.</summary>
    /// <exception cref="PareidoliaException">One is missing or damaged.</exception>
    public void AddLoras(IReadOnlyList<LoraChoice> loras) => _loras.Add(loras, null, Encoder.Stores);

    /// <inheritdoc/>
    public void Dispose()
    {
        _loras.Dispose();
        Encoder.Dispose();
    }
}
