using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Models;

/// <summary>
/// Writes a text on, token by token, for as long as the caller asks. Where the model's positions are used up, it goes on from the last half of them.
/// </summary>
/// <param name="sampling">How tokens are drawn.</param>
/// <param name="random">Where chance comes from.</param>
public sealed class TextDecoding(TokenSampling sampling, TorchCpuGenerator random)
{
    /// <summary>The tokens that follow some others, without end.</summary>
    /// <param name="model">Guesses them.</param>
    /// <param name="cache">An empty one, which the caller disposes; null reads the whole text again for every token, which gives the same tokens.</param>
    /// <param name="ids">The tokens to begin with, at least one.</param>
    public IEnumerable<int> Continue(Gpt2LmHeadModel model, Gpt2Cache? cache, IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(model);
        sampling.Check();
        if (ids.Count == 0)
            throw new PareidoliaException("There is no text to go on from; at least one token is needed.");
        return Tokens(model, cache, [.. ids]);
    }

    private IEnumerable<int> Tokens(Gpt2LmHeadModel model, Gpt2Cache? cache, List<int> text)
    {
        int most = model.Config.NPositions, start = Math.Max(0, text.Count - most);
        while (true)
        {
            if (text.Count - start > most)
            {
                start = text.Count - Math.Max(1, most / 2);
                cache?.Clear();
            }
            float[] logits = NextLogits(model, cache, text[(start + (cache?.Length ?? 0))..]);
            int id = sampling.Draw(logits, text, random);
            yield return id;
            text.Add(id);
        }
    }

    private static float[] NextLogits(Gpt2LmHeadModel model, Gpt2Cache? cache, List<int> read)
    {
        using Scope scope = new();
        Tensor states = model.Encode(Tensor.From([.. read], [1, read.Count]), cache)[^1];                  // [1, n, c]
        return model.Predict(states.Slice(1, read.Count - 1, 1)).ToArray();                                // [1, 1, v]
    }
}
