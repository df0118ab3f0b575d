namespace Pareidolia.Tensors.Profiling;

/// <summary>What the ops of one kind took.</summary>
/// <param name="Kind">A name such as <c>conv 3x3</c>, <c>product</c>, <c>attention</c>, <c>norm</c>.</param>
/// <param name="Calls">How often.</param>
/// <param name="Seconds">Altogether.</param>
/// <param name="Flops">Floating-point operations by the definition of the op (2 for a multiplication and an addition), whatever algorithm ran.</param>
/// <param name="Bytes">What was read and written, each operand once.</param>
public sealed record OpTime(string Kind, long Calls, double Seconds, double Flops, double Bytes)
{
    /// <summary>Both together.</summary>
    public static OpTime operator +(OpTime left, OpTime right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new OpTime(left.Kind, left.Calls + right.Calls, left.Seconds + right.Seconds, left.Flops + right.Flops, left.Bytes + right.Bytes);
    }
}
