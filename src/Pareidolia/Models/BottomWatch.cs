using Pareidolia.Nn;
using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>How much the pixels of a UNet's bottom are looked at by each other, in the first layer of the first question that is put to it.</summary>
internal sealed class BottomWatch
{
    private readonly SelfAttentionWatch _layer = new();
    private int _rows, _columns;

    /// <summary>Whether anything was seen.</summary>
    public bool HasSeen => _layer.Sums is not null;

    /// <summary>Watches pixels [b, h, w, c] until what it gives is disposed.</summary>
    public IDisposable Over(Tensor pixels)
    {
        if (!HasSeen)
            (_rows, _columns) = (pixels.Shape[1], pixels.Shape[2]);
        return _layer.Open();
    }

    /// <summary>Of the first pictures 1 where a pixel is looked at more than it would be if all were alike, else 0 [n, h, w, 1].</summary>
    /// <param name="pictures">How many pictures.</param>
    /// <param name="device">Where the result goes.</param>
    public Tensor LookedAt(int pictures, Backend device)
    {
        IEnumerable<float> sums = (_layer.Sums ?? []).Take(pictures * _rows * _columns);
        return Tensor.From([.. sums.Select(sum => sum > 1 ? 1f : 0f)], [pictures, _rows, _columns, 1], device);
    }
}
