using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>A denoising network that is asked about the whole picture and about regions with prompts of their own, and averages its answers.</summary>
internal sealed class RegionalNetwork : IDisposable
{
    private readonly DenoisingNetwork _network;
    private readonly Conditioning _conditioning;
    private readonly RegionWeights[] _regions;

    /// <summary>Works out where each region is heard in samples [n, h, w, c].</summary>
    public RegionalNetwork(DenoisingNetwork network, Conditioning conditioning, GenerateSettings settings, Tensor sample, int factor)
    {
        (_network, _conditioning) = (network, conditioning);
        using Scope scope = new();
        _regions = [.. settings.Regions.Select(region =>
        {
            RegionWeights weights = RegionWeights.Of(region, sample.Shape[2], sample.Shape[1], factor, sample.Device);
            return weights with { Shares = Scope.Detach(weights.Shares.Clone()) };
        })];
    }

    /// <summary>What the network says to all prompts, and to the negative prompts where those are asked too: [n, h, w, c] each.</summary>
    public (Tensor? Negative, Tensor Prompted) Answer(NetworkInput seen, bool guided, bool midApart = false)
    {
        (Tensor? negative, Tensor prompted) = _network.Answer(_conditioning, seen, guided, midApart);
        if (_regions.Length == 0)
            return (negative, prompted);
        Average all = new(prompted), negatives = new(negative ?? prompted);
        foreach ((RegionWeights weights, Conditioning conditioning) in _regions.Zip(_conditioning.Regions))
        {
            bool cut = weights.Area != new CropRegion(0, 0, seen.Sample.Shape[2], seen.Sample.Shape[1]);
            NetworkInput part = seen with { Sample = weights.Cut(seen.Sample), Beside = seen.Beside is null ? null : weights.Cut(seen.Beside) };
            (Tensor? not, Tensor said) = _network.Answer(conditioning, part, guided && cut, midApart);
            all.Add(said, weights);
            // What is seen of a part alone is guided away from what the negative prompt says of that part.
            if (not is not null)
                negatives.Add(not, weights);
        }
        return (negative is null ? null : negatives.Mean(), all.Mean());
    }

    /// <summary>What it says to the negative prompts alone, of the whole picture.</summary>
    public Tensor AnswerToNegatives(NetworkInput seen) => _network.AnswerToNegatives(_conditioning, seen);

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_regions, region => region.Shares.Dispose());

    // Begins with an answer of weight 1 everywhere.
    private sealed class Average(Tensor whole)
    {
        private Tensor _sum = whole;
        private Tensor _weights = Tensor.Full([1, whole.Shape[1], whole.Shape[2], 1], 1, whole.Device);

        public void Add(Tensor part, RegionWeights weights)
        {
            (int rows, int columns) = (_sum.Shape[1], _sum.Shape[2]);
            _sum += weights.Placed(part * weights.Shares, columns, rows);
            _weights += weights.Placed(weights.Shares, columns, rows);
        }

        public Tensor Mean() => _sum / _weights;
    }
}
