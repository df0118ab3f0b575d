namespace Pareidolia.Nn.Optimizers;

/// <summary>How the rate falls after the warm-up.</summary>
public enum Decay
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>Half a cosine down to the floor.</summary>
    Cosine,
}

/// <summary>The learning rate over a run: a linear rise, then a decay.</summary>
/// <param name="Peak">The rate after the warm-up.</param>
/// <param name="Warmup">Steps of the rise; step 0 already moves, with Peak / Warmup.</param>
/// <param name="Decay">What follows.</param>
/// <param name="Total">Steps of the run, for the cosine.</param>
/// <param name="Floor">The cosine's end as a share of the peak.</param>
public sealed record LearningRate(double Peak, int Warmup = 0, Decay Decay = Decay.Constant, int Total = 0, double Floor = 0)
{
    /// <summary>The rate at a step, counted from 0.</summary>
    public double At(int step)
    {
        if (step < Warmup)
            return Peak * (step + 1) / Warmup;
        if (Decay == Decay.Constant || Total <= Warmup)
            return Peak;
        double progress = Math.Min(1, (double)(step - Warmup) / (Total - Warmup));
        return Peak * (Floor + ((1 - Floor) * 0.5 * (1 + Math.Cos(Math.PI * progress))));
    }
}
