using Pareidolia.Diffusion.Samplers;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Diffusion;

internal static class GoldenChurn
{
    /// <summary>The churn that a case's arguments ask for.</summary>
    public static Churn Read(JsonConfig arguments) => new(
        arguments.Double("s_churn", 0), arguments.Double("s_tmin", 0), arguments.Double("s_tmax", 1e9), arguments.Double("s_noise", 1));
}
