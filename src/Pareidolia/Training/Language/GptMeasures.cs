using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Training.Language;

/// <summary>How well a <see cref="Gpt2LmHeadModel"/> foresees a text.</summary>
public static class GptMeasures
{
    private const int Rows = 8;

    /// <summary>
    /// Reads the text in windows that overlap by half and counts of each only the second half (of the first all), so that every token but the earliest
    /// is foreseen from at least half a window. The first token is foreseen as one of the vocabulary.
    /// </summary>
    public static TextScore Score(Gpt2LmHeadModel model, RunningText text, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(text);
        int window = Math.Min(model.Config.NPositions, text.Ids.Length - 1), step = Math.Max(1, window / 2);
        double nats = Math.Log(model.Config.VocabSize);
        int[] starts = [.. Enumerable.Range(0, 1 + ((text.Ids.Length - 1 - window + step - 1) / step)).Select(i => Math.Min(i * step, text.Ids.Length - 1 - window))];
        int counted = 0;
        foreach (int[] batch in starts.Chunk(Rows))
        {
            cancel.ThrowIfCancellationRequested();
            float[] losses = Losses(model, text.Ids, batch, window);
            for (int row = 0; row < batch.Length; row++)
            {
                // Token i is foreseen at the place before it; what an earlier window counted is not counted again.
                for (int i = Math.Max(counted, batch[row]); i < batch[row] + window; i++)
                    nats += losses[(row * window) + i - batch[row]];
                counted = batch[row] + window;
            }
        }
        return new TextScore(nats, text);
    }

    // -log p of the token behind every place, row by row.
    private static float[] Losses(Gpt2LmHeadModel model, int[] ids, int[] starts, int window)
    {
        using Scope scope = new();
        int[] read = [.. starts.SelectMany(start => ids.AsSpan(start, window).ToArray())];
        int[] next = [.. starts.SelectMany(start => ids.AsSpan(start + 1, window).ToArray())];
        Tensor states = model.Encode(TokenWindows.AsTensor(read, starts.Length))[^1];
        Tensor logs = model.Predict(states.Reshape(-1, states.Shape[2])).LogSoftmax();                     // [b n, v]
        int classes = logs.Shape[1];
        int[] places = [.. next.Select((id, row) => checked((row * classes) + id))];
        return logs.Reshape(-1, 1).Rows(places).Negate().ToArray();
    }
}
