using System.Globalization;
using Pareidolia.Imaging;

namespace Pareidolia.Pipelines;

/// <summary>What a ControlNet looks at while pictures are drawn.</summary>
/// <param name="Picture">Edges, depth, a pose: what the network was trained on; fitted to the picture's size.</param>
/// <param name="Weight">How strongly it speaks; 1 as it was trained.</param>
/// <param name="Start">The share of the steps after which it begins, 0 to 1.</param>
/// <param name="End">The share of the steps after which it falls silent, 0 to 1.</param>
public sealed record ControlGuide(Image Picture, double Weight = 1, double Start = 0, double End = 1)
{
    private string FitName => Fit switch
    {
        FitMode.Crop => "Crop and Resize",
        FitMode.Fill => "Resize and Fill",
        _ => "Just Resize",
    };

    /// <summary>What becomes of a picture whose shape is not that of the one that is drawn.</summary>
    public FitMode Fit { get; init; }

    /// <summary>Fails unless the numbers make sense.</summary>
    internal void Validate()
    {
        if (!double.IsFinite(Weight))
            throw new PareidoliaException($"The ControlNet's weight is {Weight}; a number is needed.");
        if (!(Start >= 0 && Start <= End && End <= 1))
            throw new PareidoliaException($"The ControlNet speaks from {Start} to {End} of the steps; two numbers from 0 to 1 are needed, the first not above the second.");
    }

    /// <summary>Says it as the web UI's extension does: what it looks at was prepared elsewhere, and it counts as much as the prompt.</summary>
    /// <param name="net">The network's name.</param>
    internal string Described(string net) => string.Create(CultureInfo.InvariantCulture,
        $"Module: none, Model: {net}, Weight: {Weight}, Resize Mode: {FitName}, Guidance Start: {Start}, Guidance End: {End}, Pixel Perfect: False, Control Mode: Balanced");

    /// <summary>Whether it speaks in a step, counted from 0.</summary>
    internal bool Speaks(int step, int steps) => (double)step / steps >= Start && (double)(step + 1) / steps <= End;
}
