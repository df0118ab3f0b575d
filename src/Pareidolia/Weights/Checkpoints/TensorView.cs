namespace Pareidolia.Weights.Checkpoints;

/// <summary>What happens to a tensor between two layouts.</summary>
internal enum ViewForm
{
    /// <summary>Nothing.</summary>
    Same,

    /// <summary>A 1x1 convolution [o, i, 1, 1] becomes a linear layer [o, i].</summary>
    AsLinear,

    /// <summary>A linear layer [o, i] becomes a 1x1 convolution [o, i, 1, 1].</summary>
    AsConvolution,

    /// <summary>A matrix is transposed.</summary>
    Transposed,
}

/// <summary>A tensor of one layout, made of tensors of another.</summary>
/// <param name="Sources">Their names; several are joined along the first axis.</param>
/// <param name="Form">What happens to the result.</param>
/// <param name="Part">Which of <paramref name="Parts"/> equal parts along the first axis is meant.</param>
/// <param name="Parts">How many such parts there are.</param>
internal sealed record TensorView(IReadOnlyList<string> Sources, ViewForm Form = ViewForm.Same, int Part = 0, int Parts = 1);
