using Pareidolia.Diffusion;

namespace Pareidolia.Pipelines;

/// <summary>A run that went wrong ends in a sentence, never in a grey picture.</summary>
internal static class RunCheck
{
    // Beyond this share of its size, a number differs from another by more than rounding.
    private const float Rounding = 1e-6f;

    /// <summary>Fails where a step's sample holds what is no number, or nothing but one number.</summary>
    /// <param name="step">The step.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="guidance">How strongly the prompt is followed.</param>
    /// <exception cref="PareidoliaException">It does.</exception>
    public static void Sample(DenoiseStep step, string model, double guidance)
    {
        float[] values = step.Sample.ToArray();
        if (!values.All(float.IsFinite))
            throw new PareidoliaException($"The latents hold numbers that are not finite after step {step.Index + 1}: "
                + $"the weights of '{model}' are damaged, or guidance {guidance} is too strong.");
        if (values.Chunk(values.Length / step.Sample.Shape[0]).Any(IsOneNumber))
            throw new PareidoliaException($"The latents are one and the same number everywhere after step {step.Index + 1}, which is no picture: "
                + $"the weights of '{model}' are damaged, or its scheduler's prediction_type is not what it was trained for.");
    }

    /// <summary>Fails where decoded pixels hold what is no number, or nothing but one number.</summary>
    /// <exception cref="PareidoliaException">They do.</exception>
    public static void Pixels(float[] values)
    {
        if (!values.All(float.IsFinite))
            throw new PareidoliaException("The decoded picture holds numbers that are not finite: the autoencoder's weights are damaged.");
        if (IsOneNumber(values))
            throw new PareidoliaException("The decoded picture is one and the same number everywhere: the autoencoder's weights are damaged.");
    }

    private static bool IsOneNumber(float[] values) => values.Max() - values.Min() <= Rounding * Math.Abs(values[0]);
}
