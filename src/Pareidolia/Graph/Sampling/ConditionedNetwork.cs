using Pareidolia.Diffusion;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>What happens at the bottom of a network while it is asked.</summary>
/// <param name="Apart">Whether its pixels do not look at each other.</param>
/// <param name="Watch">Sees where they look; null for nothing.</param>
internal readonly record struct BottomOfNetwork(bool Apart = false, BottomWatch? Watch = null);

/// <summary>
/// A UNet that is asked about all entries of a conditioning that are heard at a noise level, as ComfyUI asks it: each about its part of the picture,
/// and the answers averaged by their weights.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="schedule">The noise schedule of training.</param>
/// <param name="balance">How its way up weighs its inputs; null for as they are.</param>
internal sealed class ConditionedNetwork(LoadedModel model, NoiseSchedule schedule, SkipBalance? balance = null)
{
    // ComfyUI's: where nothing is heard, the answer is 0, not 0 / 0.
    private const float Least = 1e-37f;

    private UNet2DConditionModel UNet => model.UNet.Model;

    /// <summary>The averaged answers [n, h, w, c] of some conditionings to one sample.</summary>
    /// <param name="heard">The entries of each.</param>
    /// <param name="input">[n, h, w, c], scaled for the network.</param>
    /// <param name="timestep">On the training schedule's scale.</param>
    /// <param name="bottom">What happens at the network's bottom.</param>
    public Tensor[] Answer(IReadOnlyList<IReadOnlyList<HeardEntry>> heard, Tensor input, double timestep, BottomOfNetwork bottom = default)
    {
        double sigma = schedule.LogInterpolatedSigmaAt(timestep);
        IReadOnlyList<HeardEntry>[] speaking = [.. heard.Select(entries => entries.Where(entry => entry.Sigmas.Has(sigma)).ToArray())];
        Dictionary<HeardEntry, Tensor> said = [];
        foreach (IGrouping<AskedTogether, HeardEntry> group in speaking.SelectMany(entries => entries).GroupBy(entry => entry.Together))
            Ask([.. group], input, timestep, sigma, bottom, said);
        return [.. speaking.Select(entries => Average(entries, said, input))];
    }

    private void Ask(HeardEntry[] group, Tensor input, double timestep, double sigma, BottomOfNetwork bottom, Dictionary<HeardEntry, Tensor> said)
    {
        int n = input.Shape[0];
        Tensor samples = Rows(group, entry => entry.Cut(input));
        Tensor context = Rows(group, entry => Repeated(entry.Entry.Text.Context, n));
        UNetExtras? extras = Extras(group, n, input);
        ControlResiduals? control = Speak(group[0], samples, (float)timestep, sigma, context, extras);
        if (control is not null || bottom != default || balance is not null)
            extras = (extras ?? new UNetExtras()) with { Control = control, MidApart = bottom.Apart, MidWatch = bottom.Watch, Balance = balance };
        Tensor seen = group[0].Beside is null ? samples : Tensor.Concat(-1, samples, Rows(group, entry => entry.Cut(entry.Beside!)));
        Tensor output = UNet.Forward(seen, [(float)timestep], context, extras);
        foreach ((int i, HeardEntry entry) in group.Index())
            said[entry] = output.Slice(0, i * n, n);
    }

    private static Tensor Rows(HeardEntry[] group, Func<HeardEntry, Tensor> part) => Tensor.Concat(0, [.. group.Select(part)]);

    private static Tensor Repeated(Tensor one, int n) =>
        one.Shape[0] == n ? one : one.Slice(0, 0, 1).BroadcastTo(one.Shape.With(0, n));

    private UNetExtras? Extras(HeardEntry[] group, int n, Tensor input)
    {
        if (!UNet.Config.HearsTextAndSize)
            return null;
        int pooled = group[0].Entry.Text.Pooled?.Shape[1]
            ?? throw new PareidoliaException("This model hears a whole text besides its words (SDXL), but the text was read by the CLIP of another family.");
        int count = (UNet.Config.ProjectionClassEmbeddingsInputDim - pooled) / UNet.Config.AdditionTimeEmbedDim, factor = model.Factor;
        float[] sizes =
        [
            .. group.SelectMany(entry => Enumerable.Repeat(
                (entry.Entry.Sizes ?? new SizeConditioning()).Numbers(count, input.Shape[2] * factor, input.Shape[1] * factor, negative: false), n)).SelectMany(row => row),
        ];
        return new UNetExtras
        {
            TextEmbeds = Rows(group, entry => Repeated(entry.Entry.Text.Pooled!, n)),
            TimeIds = Tensor.From(sizes, [group.Length * n, count], input.Device),
        };
    }

    // Entries that are asked together have the same ControlNets.
    private static ControlResiduals? Speak(HeardEntry entry, Tensor samples, float timestep, double sigma, Tensor context, UNetExtras? extras)
    {
        ControlResiduals? sum = null;
        foreach (HeardControl control in entry.Controls.Where(control => control.Sigmas.Has(sigma) && control.Control.Guide.Weight != 0))
        {
            ControlResiduals said = control.Net.Forward(
                samples, [timestep], context, entry.Cut(control.Seen), control.Control.Guide.Weight, extras);
            sum = sum is null ? said : sum + said;
        }
        return sum;
    }

    private static Tensor Average(IReadOnlyList<HeardEntry> entries, Dictionary<HeardEntry, Tensor> said, Tensor input)
    {
        if (entries is [{ Entry.IsPlain: true } only])
            return said[only];
        Tensor sum = input.Scale(0), weights = Tensor.Full([1, input.Shape[1], input.Shape[2], 1], Least, input.Device);
        foreach (HeardEntry entry in entries)
        {
            (Tensor part, Tensor weight) = entry.Weighed(said[entry], input);
            (sum, weights) = (sum + part, weights + weight);
        }
        return sum / weights;
    }
}
