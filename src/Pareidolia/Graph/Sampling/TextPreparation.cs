using Pareidolia.Diffusion;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>Prepares the texts of a run for samples of its size: where each is heard, what its ControlNets see, what an inpainting network is told.</summary>
/// <param name="models">What is loaded.</param>
/// <param name="choice">The model of the run.</param>
/// <param name="schedule">The noise schedule of training.</param>
/// <param name="latent">What the run starts from.</param>
internal sealed class TextPreparation(LoadedWeights models, ModelChoice choice, NoiseSchedule schedule, LatentValue latent)
{
    // What ComfyUI takes for the latents of a grey picture of Stable Diffusion.
    private static readonly float[] s_grey = [0.8223f, -0.6876f, 0.6364f, 0.1380f];

    private readonly LoadedModel _model = models.Model(choice);

    private UNet2DConditionConfig Config => _model.UNet.Model.Config;

    private int Channels => latent.Samples.Shape[3];

    /// <summary>All texts of a guider.</summary>
    /// <param name="guides">The texts.</param>
    /// <param name="needsNegative">Whether the sampler asks without the prompt even where there is no guidance.</param>
    public HeardTexts Prepare(Guides guides, bool needsNegative)
    {
        bool guided = guides.Negative is not null && (guides.Scale != 1 || guides.Middle is not null || needsNegative);
        IReadOnlyList<ConditioningEntry> negative = guided ? guides.Negative!.Entries : [], middle = guided ? guides.Middle?.Entries ?? [] : [];
        EntryControl[] shared = [.. guides.Positive.Entries.SelectMany(entry => entry.Controls).Where(control => control.AlsoNegative).Distinct()];
        negative = [.. negative.Select(entry => entry.Controls.Count > 0 ? entry : entry with { Controls = shared })];
        return new HeardTexts(Heard(guides.Positive.Entries), Heard(WithAreas(negative, guides.Positive.Entries)), Heard(middle));
    }

    // What is seen of a part alone is guided away from what the negative text says of that part.
    private static IReadOnlyList<ConditioningEntry> WithAreas(IReadOnlyList<ConditioningEntry> negative, IReadOnlyList<ConditioningEntry> positive)
    {
        if (negative.FirstOrDefault(entry => entry.Area is null) is not ConditioningEntry whole)
            return negative;
        RegionArea[] missing = [.. positive.Select(entry => entry.Area).OfType<RegionArea>().Distinct().Where(area => negative.All(entry => entry.Area != area))];
        return [.. negative, .. missing.Select(area => whole with { Area = area, Mask = null })];
    }

    private HeardEntry[] Heard(IReadOnlyList<ConditioningEntry> entries)
    {
        List<HeardEntry> heard = [];
        try
        {
            foreach (ConditioningEntry entry in entries)
            {
                RequireFit(entry);
                heard.Add(new HeardEntry(entry, schedule, latent.Samples, _model.Factor, Beside(entry)));
                AddControls(heard[^1]);
            }
            return [.. heard];
        }
        catch
        {
            heard.ForEach(entry => entry.Dispose());
            throw;
        }
    }

    private void AddControls(HeardEntry entry)
    {
        foreach (EntryControl control in entry.Entry.Controls)
        {
            using Scope scope = new();
            ControlNetModel net = models.Control(control.Path, choice);
            Tensor seen = Scope.Detach(ControlStage.Seen(net, control.Guide, latent.Samples));
            entry.Controls.Add(new HeardControl(net, control, SigmaRange.Of(control.Guide.Start, control.Guide.End, schedule), seen));
        }
    }

    private void RequireFit(ConditioningEntry entry)
    {
        int width = entry.Text.Context.Shape[2], wanted = Config.CrossAttentionDim[0];
        if (width != wanted)
            throw new PareidoliaException($"The model reads tokens of {wanted} numbers, but a text was read into {width}: its CLIP belongs to another family of models.");
    }

    // What the network reads behind the sample: nothing, a mask and a picture's latents (inpainting), or a picture's latents (editing).
    private Tensor? Beside(ConditioningEntry entry)
    {
        using Scope scope = new();
        if (Config.InChannels == (2 * Channels) + 1)
            return scope.Keep(Tensor.Concat(-1, InpaintMask(entry), InpaintPicture(entry)));
        return Config.InChannels != 2 * Channels ? null
            : scope.Keep(entry.Beside is Tensor picture ? Fitted(picture) : Tensor.Zeros(latent.Samples.Shape, latent.Samples.Device));
    }

    private Tensor InpaintMask(ConditioningEntry entry)
    {
        Tensor samples = latent.Samples;
        return (entry.BesideMask ?? latent.Mask) is Tensor mask
            ? Fitted(mask).Round()
            : Tensor.Full(samples.Shape.With(3, 1), 1, samples.Device);
    }

    private Tensor InpaintPicture(ConditioningEntry entry)
    {
        Tensor samples = latent.Samples;
        if (entry.Beside is Tensor picture)
            return Fitted(picture);
        return latent.Mask is not null || Channels != s_grey.Length ? samples : Tensor.From(s_grey, [1, 1, 1, Channels], samples.Device).BroadcastTo(samples.Shape);
    }

    // [n, h, w, c] of the run, of anything [1 or n, height, width, c].
    private Tensor Fitted(Tensor part)
    {
        (int n, int rows, int columns) = (latent.Samples.Shape[0], latent.Samples.Shape[1], latent.Samples.Shape[2]);
        Tensor sized = (part.Shape[1], part.Shape[2]) == (rows, columns) ? part : part.Interpolate(rows, columns, Interpolation.Bilinear);
        return sized.Shape[0] == n ? sized : sized.Slice(0, 0, 1).BroadcastTo(sized.Shape.With(0, n));
    }
}
