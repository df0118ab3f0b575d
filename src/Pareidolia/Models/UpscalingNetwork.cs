using Pareidolia.Tensors;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Models;

/// <summary>A network that enlarges pictures, whatever its architecture.</summary>
/// <param name="Scale">How many times larger height and width become.</param>
/// <param name="Enlarge">Pixels [1, h, w, 3] in 0..1 to [1, h scale, w scale, 3], about 0..1.</param>
/// <param name="Weights">Its parameters, released with this.</param>
internal sealed record UpscalingNetwork(int Scale, Func<Tensor, Tensor> Enlarge, WeightStore Weights) : IDisposable
{
    /// <summary>Loads a file, whose keys tell the architecture, or the folder of a <see cref="PixelShuffleUpscaler"/>.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, or no upscaler that is known here.</exception>
    public static UpscalingNetwork Load(string path, Backend? device)
    {
        if (Directory.Exists(path))
            return Shuffling(PixelShuffleUpscaler.Load(path, device));
        StoredWeights file = StoredWeights.Open(path);
        try
        {
            return Recognised(file, device);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>How many times larger a network makes pictures, by its config or its keys and shapes alone; null where it is none that is known here.</summary>
    public static int? ScaleOf(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return PixelShuffleUpscalerConfig.FromJson(JsonConfig.Load(Path.Combine(path, "config.json"))).Scale;
            using StoredWeights file = StoredWeights.Open(path);
            return UpscalerKeys.Rrdb(file) is StoredWeights rrdb ? RrdbNetConfig.Infer(rrdb).Scale
                : UpscalerKeys.IsCompact(file) ? SrvggNetCompactConfig.Infer(file).Scale : null;
        }
        catch (PareidoliaException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static UpscalingNetwork Recognised(StoredWeights file, Backend? device)
    {
        if (UpscalerKeys.Rrdb(file) is StoredWeights rrdb)
        {
            RrdbNetConfig config = RrdbNetConfig.Infer(rrdb);
            Pretrained<RrdbNet> network = ModelStorage.Load(rrdb, device, at => new RrdbNet(config, at));
            return new UpscalingNetwork(config.Scale, network.Model.Forward, network.Weights);
        }
        if (UpscalerKeys.IsCompact(file))
        {
            SrvggNetCompactConfig config = SrvggNetCompactConfig.Infer(file);
            Pretrained<SrvggNetCompact> network = ModelStorage.Load(file, device, at => new SrvggNetCompact(config, at));
            return new UpscalingNetwork(config.Scale, network.Model.Forward, network.Weights);
        }
        throw new PareidoliaException($"'{file.Location}' is {ForeignFile.Describe(file) ?? "of no kind that is known here"}; an upscaler of the ESRGAN family (RRDB or compact) is needed.");
    }

    // It reads and gives -1..1.
    private static UpscalingNetwork Shuffling(Pretrained<PixelShuffleUpscaler> upscaler) => new(
        upscaler.Model.Config.Scale,
        pixels =>
        {
            using Scope scope = new();
            return scope.Keep(upscaler.Model.Forward(pixels.Affine(2, -1)).Affine(0.5f, 0.5f));
        },
        upscaler.Weights);
}
