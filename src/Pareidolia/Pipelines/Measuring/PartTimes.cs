using Pareidolia.Tensors.Profiling;

namespace Pareidolia.Pipelines.Measuring;

/// <summary>What a part of a model took.</summary>
/// <param name="Part">Its name in the model: <c>unet</c>, <c>vae</c>, <c>text_encoder</c>.</param>
/// <param name="Parameters">Numbers that it has learned.</param>
/// <param name="Loading">From the file to the first run.</param>
/// <param name="Runs">Seconds of each run.</param>
/// <param name="Times">By kind of op, for one run; empty where no profile was asked for.</param>
public sealed record PartTimes(string Part, long Parameters, TimeSpan Loading, IReadOnlyList<double> Runs, IReadOnlyList<OpTime> Times)
{
    /// <summary>The middle one of the runs, in seconds.</summary>
    public double Median => Runs.Order().ElementAt(Runs.Count / 2);
}
