// Classifier-free diffusion guidance, https://arxiv.org/abs/2207.12598
using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>
/// A denoising network with its conditioning: predicts with and without the prompt in one batch, and goes beyond the first, away from the second.
/// </summary>
/// <param name="unet">The network.</param>
/// <param name="conditioning">What it reads.</param>
/// <param name="controls">ControlNets that look at it too.</param>
/// <param name="scale">How far to go: 1 is the prompt's own prediction.</param>
/// <param name="rescale">
/// Share, 0 to 1, in which the result gets back the deviation of the prompt's own prediction (https://arxiv.org/abs/2305.08891, section 3.4).
/// </param>
/// <param name="asksPerStep">Questions that the sampler asks in each step.</param>
/// <param name="beside">Channels [n, h, w, c] that the network reads behind those of the sample: what an inpainting model is told; null for none.</param>
internal sealed class Guidance(
    UNet2DConditionModel unet, Conditioning conditioning, ControlStage controls, double scale, double rescale, int asksPerStep, Tensor? beside = null)
{
    private int _asked;

    /// <summary>The prediction for a sample [n, h, w, c] at a timestep, and the one without the prompt.</summary>
    public GuidedOutput Predict(Tensor input, double timestep)
    {
        using Scope scope = new();
        (Tensor? negative, Tensor prompted) = Ask(input, timestep);
        if (negative is null)
        {
            scope.Keep(prompted);
            return new GuidedOutput(prompted, prompted);
        }
        Tensor guided = negative + (prompted - negative).Scale((float)scale);
        return new GuidedOutput(scope.Keep(rescale == 0 ? guided : Rescaled(guided, prompted)), scope.Keep(negative));
    }

    // What the network says to the negative prompts and to the prompts, [n, h, w, c] each. Prompts change with each question, as in the web UI.
    private (Tensor? Negative, Tensor Prompted) Ask(Tensor input, double timestep)
    {
        _asked++;
        IReadOnlyList<ConditionRow> rows = conditioning.RowsAt(_asked);
        Tensor whole = beside is null ? input : Tensor.Concat(-1, input, beside);
        Tensor[] said = new Tensor[rows.Count];
        foreach (ConditionBatch batch in conditioning.At(_asked))
        {
            Tensor samples = Rows(whole, batch);
            ControlResiduals? control = controls.Speak((_asked - 1) / asksPerStep, Rows(input, batch), (float)timestep, batch.Context, batch.Extras);
            UNetExtras? extras = control is null ? batch.Extras : (batch.Extras ?? new UNetExtras()) with { Control = control };
            Tensor output = unet.Forward(samples, [(float)timestep], batch.Context, extras);
            foreach ((int i, int row) in batch.Rows.Index())
                said[row] = output.Slice(0, i, 1);
        }
        int n = conditioning.Count;
        Tensor? negative = conditioning.IsGuided ? Tensor.Concat(0, said.AsSpan(0, n)) : null;
        ILookup<int, (double Weight, Tensor Said)> parts = rows.Zip(said).Where(pair => pair.First.Weight is not null)
            .ToLookup(pair => pair.First.Picture, pair => (pair.First.Weight!.Value, pair.Second));
        Tensor[] prompted = [.. Enumerable.Range(0, n).Select(i => Composed([.. parts[i]], negative is null ? null : said[i]))];
        return (negative, Tensor.Concat(0, prompted));
    }

    private static Tensor Rows(Tensor pictures, ConditionBatch batch) =>
        Tensor.Concat(0, [.. batch.Pictures.Select(picture => pictures.Slice(0, picture, 1))]);

    // Several prompts for one picture: each pulls away from the negative one (https://arxiv.org/abs/2206.01714, equation 11).
    private static Tensor Composed((double Weight, Tensor Said)[] parts, Tensor? negative)
    {
        if (parts is [(1, Tensor only)])
            return only;
        Tensor sum = negative!;
        foreach ((double weight, Tensor said) in parts)
            sum += (said - negative!).Scale((float)weight);
        return sum;
    }

    private Tensor Rescaled(Tensor guided, Tensor prompted)
    {
        Tensor factor = Deviation(prompted) / Deviation(guided);                // [n, 1, 1, 1]
        return guided * factor.Affine((float)rescale, (float)(1 - rescale));
    }

    private static Tensor Deviation(Tensor x)
    {
        int n = x.Shape[0];
        return x.Reshape(n, -1).Variance(1, keep: true).Sqrt().Reshape(n, 1, 1, 1);
    }
}
