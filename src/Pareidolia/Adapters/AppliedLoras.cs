using Pareidolia.Weights;

namespace Pareidolia.Adapters;

/// <summary>The LoRAs that changed some networks. They stay open as long as those: weights that are read again later are changed again.</summary>
internal sealed class AppliedLoras : IDisposable
{
    private readonly List<LoraFile> _files = [];

    /// <summary>What a user should know of them.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Adds LoRAs to what is there.</summary>
    /// <param name="loras">In the order in which they act.</param>
    /// <param name="unet">The diffusion model; null for text encoders alone.</param>
    /// <param name="text">The text encoders, null where SDXL's first or second is not there.</param>
    /// <exception cref="PareidoliaException">One is missing, damaged, or does not fit.</exception>
    public void Add(IReadOnlyList<LoraChoice> loras, WeightStore? unet, IReadOnlyList<WeightStore?> text)
    {
        if (loras.Count == 0)
            return;
        LoraNames names = new(unet, text);
        foreach (LoraChoice choice in loras)
        {
            LoraFile lora = LoraFile.Open(choice.Path);
            _files.Add(lora);
            // Many leave texts alone: whether they are of the right family, the diffusion model tells.
            if ((unet is not null || lora.ChangesAnyOf(names)) && lora.ApplyTo(names, choice) is string note)
                Notes.Add(note);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());
}
