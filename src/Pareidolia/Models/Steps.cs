using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>Layers one after the other.</summary>
internal static class Steps
{
    /// <summary>Runs all, releasing each result when the next is there.</summary>
    public static Tensor Run(IReadOnlyList<Func<Tensor, Tensor>> steps, Tensor x)
    {
        using Scope scope = new();
        Tensor input = x;
        foreach (Func<Tensor, Tensor> step in steps)
        {
            Tensor y = step(x);
            if (x != input)
                x.Dispose();
            x = y;
        }
        return scope.Keep(x);
    }
}
