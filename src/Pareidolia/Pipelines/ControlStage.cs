using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>The ControlNets of one run, each with what it sees.</summary>
internal sealed class ControlStage : IDisposable
{
    private readonly List<(ControlNetModel Net, ControlGuide Guide, Tensor Seen)> _guides = [];
    private readonly int _steps;

    /// <summary>Lets each network look at its picture.</summary>
    /// <param name="nets">The networks.</param>
    /// <param name="sample">Latents [n, h, w, c] of the run.</param>
    public ControlStage(IEnumerable<Pretrained<ControlNetModel>> nets, GenerateSettings settings, int steps, Tensor sample)
    {
        _steps = steps;
        foreach ((Pretrained<ControlNetModel> net, ControlGuide guide) in nets.Zip(settings.Controls))
        {
            using Scope scope = new();
            _guides.Add((net.Model, guide, Scope.Detach(Seen(net.Model, guide, sample))));
        }
    }

    /// <summary>What a network sees in its picture, for samples [n, h, w, c].</summary>
    public static Tensor Seen(ControlNetModel net, ControlGuide guide, Tensor sample)
    {
        int height = sample.Shape[1] * net.HintFactor, width = sample.Shape[2] * net.HintFactor;
        byte[] pixels = PictureFit.To(guide.Picture.ToRgb(), width, height, guide.Fit).Pixels;
        return net.See(Tensor.From(Array.ConvertAll(pixels, value => value / 255f), [1, height, width, 3], sample.Device));
    }

    /// <summary>What the networks that speak in a step, counted from 0, add to the UNet; null where all are silent.</summary>
    public ControlResiduals? Speak(int step, Tensor samples, float timestep, Tensor context, UNetExtras? extras)
    {
        ControlResiduals? sum = null;
        foreach ((ControlNetModel net, ControlGuide guide, Tensor seen) in _guides.Where(guide => guide.Guide.Speaks(step, _steps)))
        {
            ControlResiduals said = net.Forward(samples, [timestep], context, seen, guide.Weight, extras);
            sum = sum is null ? said : sum + said;
        }
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => _guides.ForEach(guide => guide.Seen.Dispose());
}
