using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Training.Language;

/// <summary>Text with some tokens hidden.</summary>
/// <param name="Ids">What the model reads.</param>
/// <param name="Places">Where it must guess, from 0 over all rows.</param>
/// <param name="Truths">What stood there.</param>
internal sealed record MaskedText(int[] Ids, int[] Places, int[] Truths);

/// <summary>
/// Hides tokens as BERT does (https://arxiv.org/abs/1810.04805): of those chosen, 80 % become the hidden token, 10 % any other and 10 % stay, so that a
/// model cannot trust what it reads.
/// </summary>
/// <param name="mask">Id of the hidden token.</param>
/// <param name="special">Ids below this one are never chosen.</param>
/// <param name="vocabulary">Number of ids.</param>
internal sealed class Masking(int mask, int special, int vocabulary)
{
    /// <summary>Chooses every token with the chance that it is given by its id.</summary>
    public MaskedText Hide(int[] ids, Func<int, float> chance, TorchCpuGenerator random)
    {
        float[] draws = new float[3 * ids.Length];
        random.Rand(draws);
        int[] places = [.. Enumerable.Range(0, ids.Length).Where(i => ids[i] >= special && draws[i] < chance(ids[i]))];
        // A loss needs something to guess, however small the batch.
        if (places.Length == 0)
            places = [Math.Max(0, Array.FindIndex(ids, id => id >= special))];
        int[] read = [.. ids];
        foreach (int place in places)
            read[place] = Replacement(ids[place], draws[ids.Length + place], draws[(2 * ids.Length) + place]);
        return new MaskedText(read, places, [.. places.Select(place => ids[place])]);
    }

    /// <summary>e to the mean loss of guessing <paramref name="share"/> of the tokens of windows, always the same ones.</summary>
    /// <param name="held">The windows.</param>
    /// <param name="rows">Windows that are read together.</param>
    /// <param name="share">How many of the tokens are hidden, 0 to 1.</param>
    /// <param name="framed">Windows of a number of rows as the model reads them.</param>
    /// <param name="loss">The mean loss [] of the guesses of a text of a number of rows.</param>
    public double Perplexity(TokenWindows held, int rows, float share, Func<int[], int, int[]> framed, Func<MaskedText, int, Tensor> loss)
    {
        (double sum, int guesses, TorchCpuGenerator random) = (0, 0, new TorchCpuGenerator(0));
        foreach (int[] batch in Enumerable.Range(0, held.Count).Chunk(rows))
        {
            using Scope scope = new();
            MaskedText text = Hide(framed(held.Batch(batch, 0), batch.Length), _ => share, random);
            sum += loss(text, batch.Length).Item() * text.Places.Length;
            guesses += text.Places.Length;
        }
        return Math.Exp(sum / guesses);
    }

    private int Replacement(int id, float kind, float other) => kind switch
    {
        < 0.8f => mask,
        < 0.9f => special + (int)(other * (vocabulary - special)),
        _ => id,
    };
}
