namespace Pareidolia.Models;

/// <summary>Whether an autoencoder works on its large layers in bands of rows, which takes less memory and gives the same picture.</summary>
public enum VaeTiling
{
    /// <summary>Where a picture is large.</summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never. Gradients need this.</summary>
    Off,
}
