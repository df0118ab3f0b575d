namespace Pareidolia.Diffusion;

/// <summary>
/// Which of the timesteps of training a run with fewer steps visits, falling (table 2 of Lin et al. 2023,
/// https://arxiv.org/abs/2305.08891).
/// </summary>
public enum TimestepSpacing
{
    /// <summary>Whole multiples of T / n, plus the offset: never the noisiest.</summary>
    Leading,

    /// <summary>Back from T in steps of T / n: always the noisiest.</summary>
    Trailing,

    /// <summary>Evenly from the noisiest to 0.</summary>
    Linspace,
}

/// <summary>Computes the timesteps of a <see cref="TimestepSpacing"/>.</summary>
internal static class TimestepSpacings
{
    /// <summary>The spacing of a configuration's name.</summary>
    public static TimestepSpacing Parse(string name) => name switch
    {
        "leading" => TimestepSpacing.Leading,
        "trailing" => TimestepSpacing.Trailing,
        "linspace" => TimestepSpacing.Linspace,
        _ => throw new PareidoliaException($"timestep_spacing is \"{name}\"; it should be leading, trailing or linspace."),
    };

    /// <summary>
    /// n timesteps of [0, T), not rounded where they are linspace. Open leaves out the end, timestep 0: n + 1 are spaced and the last
    /// dropped, since multistep solvers end there without asking the network.
    /// </summary>
    public static double[] Timesteps(this TimestepSpacing spacing, int total, int count, int offset, bool open)
    {
        int intervals = open ? count : count - 1;
        return spacing switch
        {
            TimestepSpacing.Linspace => Fall(count, i => intervals == 0 ? 0 : (total - 1.0) * (intervals - i) / intervals),
            TimestepSpacing.Leading => Fall(count, i => (double)(intervals - i) * (total / (intervals + 1)) + offset),
            _ => Fall(count, i => Math.Round(total - i * ((double)total / count)) - 1),
        };
    }

    private static double[] Fall(int count, Func<int, double> at) => [.. Enumerable.Range(0, count).Select(at)];
}
