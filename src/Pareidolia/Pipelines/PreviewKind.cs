namespace Pareidolia.Pipelines;

/// <summary>How a latent is shown before the picture is done.</summary>
public enum PreviewKind
{
    /// <summary>A colour for each cell, by a linear map: costs nothing, is blurred.</summary>
    Latent2Rgb,

    /// <summary>Decoded by a tiny autoencoder: costs little, is nearly the picture.</summary>
    Taesd,

    /// <summary>Decoded as the picture will be.</summary>
    Vae,
}
