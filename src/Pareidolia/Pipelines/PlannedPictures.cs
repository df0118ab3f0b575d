namespace Pareidolia.Pipelines;

/// <summary>What is known of a run's pictures before it begins.</summary>
/// <param name="Settings">Those of the run.</param>
/// <param name="Factor">Pixels of a cell.</param>
internal readonly record struct PlannedPictures(GenerateSettings Settings, int Factor)
{
    // Cells of latents that are denoised at once: 16 pictures of 16x16 cells, one of Stable Diffusion's 64x64.
    private const int CellsAtOnce = 4096;
    private const int MostAtOnce = 16;

    /// <summary>Width and height of what is handed out: those of the last pass, or of the picture that a part is drawn of.</summary>
    public (int Width, int Height) Size => Settings.Source is { Mask: not null, Masking.OnlyMasked: true } source
        ? (source.Picture.Width, source.Picture.Height)
        : (LastPass.Width, LastPass.Height);

    /// <summary>How many of them go through the networks together.</summary>
    public int Together
    {
        get
        {
            GenerateSettings last = LastPass;
            return Math.Clamp(CellsAtOnce / Math.Max(1, last.Width / Factor * (last.Height / Factor)), 1, MostAtOnce);
        }
    }

    private GenerateSettings LastPass => Settings.Hires?.Second(Settings, Factor) ?? Settings;
}
