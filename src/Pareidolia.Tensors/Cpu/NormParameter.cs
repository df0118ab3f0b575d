namespace Pareidolia.Tensors.Cpu;

/// <summary>Gamma or beta of a norm, [c] for all images or [images, c]: the first image's, and how far on the next one's lies (0 where they share it).</summary>
internal readonly unsafe struct NormParameter(float* pointer, long stride)
{
    /// <summary>Whether all images share it.</summary>
    public bool IsShared => stride == 0;

    /// <summary>An image's [c].</summary>
    public float* Of(int image) => pointer + stride * image;
}
