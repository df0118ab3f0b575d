using Pareidolia.Nn;
using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>A layer for a whole picture, and the same for one in bands.</summary>
/// <param name="Whole">[b, h, w, c] to [b, h', w', c'].</param>
/// <param name="Banded">The same in bands, which it releases.</param>
internal readonly record struct BandedLayer(Func<Tensor, Tensor> Whole, Func<RowBands, RowBands> Banded);
