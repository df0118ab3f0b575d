using Pareidolia.Tensors.Random;

namespace Pareidolia.Models;

/// <summary>How a next token is drawn from its logits: the penalty first, then the temperature, then what is cut off, as transformers does it.</summary>
public sealed record TokenSampling
{
    /// <summary>Logits are divided by it: below 1 the likely becomes likelier; 0 always takes the likeliest.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only so many of the likeliest tokens can be drawn; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens that together have this probability can be drawn, over 0 and up to 1 (https://arxiv.org/abs/1904.09751).</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Above 1, tokens that the text already has become less likely (https://arxiv.org/abs/1909.05858).</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Fails with a sentence unless all settings are in range.</summary>
    /// <exception cref="PareidoliaException">One is not.</exception>
    public void Check()
    {
        if (!(Temperature >= 0 && double.IsFinite(Temperature)))
            throw new PareidoliaException($"The temperature is {Temperature}; 0 (always the likeliest token) or more is needed.");
        if (TopK < 0)
            throw new PareidoliaException($"Top-k is {TopK}; 0 (all tokens) or more is needed.");
        if (!(TopP > 0 && TopP <= 1))
            throw new PareidoliaException($"Top-p is {TopP}; over 0 and at most 1 is needed.");
        if (!(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty)))
            throw new PareidoliaException($"The repetition penalty is {RepetitionPenalty}; a number over 0 is needed, 1 for none.");
    }

    /// <summary>Draws a token.</summary>
    /// <param name="logits">One for every token of the vocabulary; they are overwritten.</param>
    /// <param name="text">The tokens so far.</param>
    /// <param name="random">Where chance comes from: one number a token.</param>
    public int Draw(Span<float> logits, IEnumerable<int> text, TorchCpuGenerator random)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(random);
        if (RepetitionPenalty != 1)
            foreach (int id in text.Distinct())
                logits[id] = (float)(logits[id] > 0 ? logits[id] / RepetitionPenalty : logits[id] * RepetitionPenalty);
        (int Id, double Probability)[] likely = Temperature == 0 ? [(IndexOfLargest(logits), 1)] : Likely(logits);
        float[] draw = new float[1];
        random.Rand(draw);
        double left = draw[0] * likely.Sum(row => row.Probability);
        foreach ((int id, double probability) in likely)
        {
            left -= probability;
            if (left < 0)
                return id;
        }
        return likely[^1].Id;
    }

    // The tokens that can be drawn, the likeliest first; equals in the order of their ids.
    private (int Id, double Probability)[] Likely(ReadOnlySpan<float> logits)
    {
        double[] scaled = new double[logits.Length];
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = logits[i] / Temperature;
        double largest = scaled.Max(), total = scaled.Sum(score => Math.Exp(score - largest));
        int[] order = [.. Enumerable.Range(0, scaled.Length).OrderByDescending(i => scaled[i]).ThenBy(i => i).Take(TopK > 0 ? TopK : int.MaxValue)];
        (int Id, double Probability)[] likely = [.. order.Select(i => (i, Math.Exp(scaled[i] - largest) / total))];
        double all = likely.Sum(row => row.Probability), sum = 0;
        return [.. likely.TakeWhile(row => TopP >= 1 || sum < TopP * all && (sum += row.Probability) > 0)];
    }

    private static int IndexOfLargest(ReadOnlySpan<float> logits)
    {
        int largest = 0;
        for (int i = 1; i < logits.Length; i++)
            largest = logits[i] > logits[largest] ? i : largest;
        return largest;
    }
}
