namespace Pareidolia.Imaging.Vips;

/// <summary>A picture of libvips: size and fields are known, pixels are computed when they are asked for.</summary>
/// <param name="pointer">A reference that this object owns.</param>
internal sealed unsafe class VipsImage(nint pointer) : IDisposable
{
    private const int UnsignedBytes = 0;

    /// <summary>The native object.</summary>
    public nint Pointer => pointer;

    public int Width => VipsNative.Width(pointer);

    public int Height => VipsNative.Height(pointer);

    /// <summary>Channels.</summary>
    public int Bands => VipsNative.Bands(pointer);

    /// <summary>A copy of a picture.</summary>
    public static VipsImage Of(Image image)
    {
        fixed (byte* pixels = image.Pixels)
        {
            nint copy = VipsNative.NewImage(pixels, (nuint)image.Pixels.Length, image.Width, image.Height, image.Channels, UnsignedBytes);
            return copy == 0 ? throw new VipsDamage(VipsLibrary.TakeError()) : new VipsImage(copy);
        }
    }

    /// <summary>Bytes that travel with the picture; empty where it has no such field.</summary>
    public byte[] Field(string name)
    {
        if (VipsNative.TypeOf(pointer, name) != VipsNative.BlobType() || VipsNative.Field(pointer, name, out byte* data, out nuint bytes) != 0)
            return [];
        return new ReadOnlySpan<byte>(data, (int)bytes).ToArray();
    }

    /// <summary>All pixels of a picture of 8 bits per channel.</summary>
    /// <exception cref="VipsDamage">They cannot be decoded.</exception>
    public byte[] Pixels()
    {
        byte* pixels = VipsNative.Pixels(pointer, out nuint bytes);
        if (pixels is null)
            throw new VipsDamage(VipsLibrary.TakeError());
        try
        {
            return new ReadOnlySpan<byte>(pixels, (int)bytes).ToArray();
        }
        finally
        {
            VipsNative.Free(pixels);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => VipsNative.Release(pointer);
}
