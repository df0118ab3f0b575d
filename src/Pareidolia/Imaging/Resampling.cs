namespace Pareidolia.Imaging;

/// <summary>How a picture gets another size.</summary>
public enum Resampling
{
    /// <summary>The pixel under the middle of the new one; keeps hard edges and palettes.</summary>
    Nearest,

    /// <summary>The mean over the area that the new pixel covers.</summary>
    Box,

    /// <summary>Straight lines between pixels.</summary>
    Bilinear,

    /// <summary>A raised cosine: as local as bilinear, sharper when shrinking.</summary>
    Hamming,

    /// <summary>Cubic curves through the pixels (a = -0.5).</summary>
    Bicubic,

    /// <summary>A windowed sinc over three pixels to each side; the sharpest.</summary>
    Lanczos,
}
