namespace Pareidolia.Imaging.Vips;

/// <summary>One operation of libvips by its name, as <c>vips -l</c> lists them: arguments in, one result out.</summary>
internal sealed unsafe class VipsOperation : IDisposable
{
    private nint _operation;

    /// <summary>An operation without arguments yet.</summary>
    /// <exception cref="VipsDamage">This libvips was built without it.</exception>
    public VipsOperation(string name)
    {
        _operation = VipsNative.NewOperation(name);
        if (_operation == 0)
            throw new VipsDamage($"this libvips has no {name} ({VipsLibrary.TakeError()})");
    }

    /// <summary>Sets a number, a choice or a flag.</summary>
    public VipsOperation With(string name, string value)
    {
        if (VipsNative.SetArgument(_operation, name, value) != 0)
            throw new VipsDamage(VipsLibrary.TakeError());
        return this;
    }

    /// <summary>Sets a picture.</summary>
    public VipsOperation With(string name, VipsImage image)
    {
        GValue value = default;
        VipsNative.InitValue(ref value, VipsNative.ImageType());
        VipsNative.SetObject(ref value, image.Pointer);
        Set(name, ref value);
        return this;
    }

    /// <summary>Sets bytes; they are copied.</summary>
    public VipsOperation With(string name, ReadOnlySpan<byte> bytes)
    {
        GValue value = default;
        VipsNative.InitValue(ref value, VipsNative.BlobType());
        fixed (byte* data = bytes)
        {
            nint blob = VipsNative.NewBlob(data, (nuint)bytes.Length);
            VipsNative.SetBoxed(ref value, blob);
            VipsNative.ReleaseBlob(blob);
        }
        Set(name, ref value);
        return this;
    }

    /// <summary>Runs it and takes the picture that it makes.</summary>
    /// <exception cref="VipsDamage">It fails.</exception>
    public VipsImage Image()
    {
        Build();
        GValue value = default;
        VipsNative.InitValue(ref value, VipsNative.ImageType());
        VipsNative.GetProperty(_operation, "out", ref value);
        VipsImage image = new(VipsNative.ShareObject(ref value));
        VipsNative.ClearValue(ref value);
        return image;
    }

    /// <summary>Runs it and takes the bytes that it makes.</summary>
    /// <exception cref="VipsDamage">It fails.</exception>
    public byte[] Bytes()
    {
        Build();
        GValue value = default;
        VipsNative.InitValue(ref value, VipsNative.BlobType());
        VipsNative.GetProperty(_operation, "buffer", ref value);
        byte* data = VipsNative.Bytes(VipsNative.GetBoxed(ref value), out nuint bytes);
        byte[] copy = new ReadOnlySpan<byte>(data, (int)bytes).ToArray();
        VipsNative.ClearValue(ref value);
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        VipsNative.ReleaseOutputs(_operation);
        VipsNative.Release(_operation);
    }

    private void Set(string name, ref GValue value)
    {
        VipsNative.SetProperty(_operation, name, ref value);
        VipsNative.ClearValue(ref value);
    }

    private void Build()
    {
        nint built = VipsNative.Build(_operation);
        if (built == 0)
            throw new VipsDamage(VipsLibrary.TakeError());
        // It is a reference of its own, also where it is the same operation.
        VipsNative.Release(_operation);
        _operation = built;
    }
}
