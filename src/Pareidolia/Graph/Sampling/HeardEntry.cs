using Pareidolia.Diffusion;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>A ControlNet of an entry, with what it sees.</summary>
internal sealed record HeardControl(ControlNetModel Net, EntryControl Control, SigmaRange Sigmas, Tensor Seen);

/// <summary>The noise levels, over picture, in which something is heard; both ends are inside.</summary>
internal readonly record struct SigmaRange(double Most, double Least)
{
    /// <summary>Whether a level is inside.</summary>
    public bool Has(double sigma) => sigma <= Most && sigma >= Least;

    /// <summary>From a share of the way, in the network's timesteps, to another, as ComfyUI counts them.</summary>
    public static SigmaRange Of(double start, double end, NoiseSchedule schedule) => new(
        start <= 0 ? double.PositiveInfinity : At(start, schedule), end >= 1 ? 0 : At(end, schedule));

    private static double At(double share, NoiseSchedule schedule) => share >= 1 ? 0
        : share <= 0 ? double.PositiveInfinity : schedule.LogInterpolatedSigmaAt((1 - share) * schedule.LastTimestep);
}

/// <summary>Which entries may be put to the network in one go.</summary>
internal readonly record struct AskedTogether(int Tokens, CropRegion Area, string Controls, bool IsTold);

/// <summary>An entry of a conditioning, ready for samples of one size. Owns its tensors, but not the entry's.</summary>
internal sealed class HeardEntry : IDisposable
{
    private readonly RegionWeights _weights;

    /// <summary>Works out where it is heard in samples [n, h, w, c].</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="schedule">The noise schedule of training.</param>
    /// <param name="sample">Samples of the run.</param>
    /// <param name="factor">Pixels of a cell.</param>
    /// <param name="beside">What the network is told beside the sample [n, h, w, k]; null for nothing.</param>
    public HeardEntry(ConditioningEntry entry, NoiseSchedule schedule, Tensor sample, int factor, Tensor? beside)
    {
        (Entry, Beside) = (entry, beside is null ? null : Scope.Detach(beside));
        Sigmas = SigmaRange.Of(entry.Start, entry.End, schedule);
        using Scope scope = new();
        RegionWeights weights = WeightsOf(entry, sample, factor);
        _weights = weights with { Shares = Scope.Detach(weights.Shares.Clone()) };
    }

    /// <summary>The entry.</summary>
    public ConditioningEntry Entry { get; }

    /// <summary>When it is heard.</summary>
    public SigmaRange Sigmas { get; }

    /// <summary>Channels [n, h, w, k] behind those of the sample.</summary>
    public Tensor? Beside { get; }

    /// <summary>The ControlNets that speak with it.</summary>
    public List<HeardControl> Controls { get; } = [];

    /// <summary>Which others it may be asked with.</summary>
    public AskedTogether Together => new(
        Entry.Text.Context.Shape[1], _weights.Area, string.Join('|', Controls.Select(control => control.Control.GetHashCode())), Beside is not null);

    /// <summary>Whether it speaks of all of a tensor [n, h, w, c].</summary>
    public bool IsOfAll(Tensor whole) => _weights.Area == new CropRegion(0, 0, whole.Shape[2], whole.Shape[1]);

    /// <summary>Its part of a tensor [n, h, w, c].</summary>
    public Tensor Cut(Tensor whole) => _weights.Cut(whole);

    /// <summary>What it adds to an average over [n, h, w, c], and the weight that it adds there.</summary>
    public (Tensor Sum, Tensor Weight) Weighed(Tensor said, Tensor whole)
    {
        (int columns, int rows) = (whole.Shape[2], whole.Shape[1]);
        return (_weights.Placed(said * _weights.Shares, columns, rows), _weights.Placed(_weights.Shares, columns, rows));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights.Shares.Dispose();
        Beside?.Dispose();
        Controls.ForEach(control => control.Seen.Dispose());
    }

    private static RegionWeights WeightsOf(ConditioningEntry entry, Tensor sample, int factor)
    {
        (int rows, int columns) = (sample.Shape[1], sample.Shape[2]);
        if (entry.Area is null && entry.Mask is null)
            return new RegionWeights(new CropRegion(0, 0, columns, rows), Tensor.Full([1, rows, columns, 1], entry.Strength, sample.Device));
        if (entry.Area is not null && entry.Mask is not null)
            throw new PareidoliaException("A text has both an area and a mask: one of them says where it is heard.");
        PromptRegion region = new("")
        {
            Area = entry.Area,
            Mask = entry.Mask,
            BoundedByMask = entry.BoundedByMask,
            Strength = entry.Mask is null ? entry.Strength : entry.Strength * entry.MaskStrength,
        };
        return RegionWeights.Of(region, columns, rows, factor, sample.Device);
    }
}
