namespace Pareidolia.Tensors.Imagined;

/// <summary>How much was computed, by the kind of loop that computes it.</summary>
/// <param name="Products">Multiply-adds of matrix products and of convolutions that are computed as such.</param>
/// <param name="Windowed">Multiply-adds of 3x3 convolutions for which there is a faster algorithm, as the formula has them.</param>
/// <param name="Attended">Multiply-adds of attention: of scores and of what they weigh.</param>
/// <param name="Passed">Elements that were written by anything else.</param>
public readonly record struct Arithmetic(long Products = 0, long Windowed = 0, long Attended = 0, long Passed = 0)
{
    /// <summary>Both together.</summary>
    public static Arithmetic operator +(Arithmetic a, Arithmetic b) =>
        new(a.Products + b.Products, a.Windowed + b.Windowed, a.Attended + b.Attended, a.Passed + b.Passed);

    /// <summary>So many times as much.</summary>
    public static Arithmetic operator *(long times, Arithmetic a) =>
        new(times * a.Products, times * a.Windowed, times * a.Attended, times * a.Passed);
}
