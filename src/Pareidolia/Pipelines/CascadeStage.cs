// Cascaded Diffusion Models for High Fidelity Image Generation, https://arxiv.org/abs/2106.15282
using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>
/// A later stage of a cascade: a diffusion model of pixels that reads the smaller picture, enlarged and with a little noise, behind the sample, and is
/// told how much noise that is.
/// </summary>
/// <param name="UNet">Its network: parts <c>unet_2</c>, <c>unet_3</c> ... of a model.</param>
/// <param name="Scheduler">How it is sampled: parts <c>scheduler_2</c>, <c>scheduler_3</c> ...</param>
/// <param name="Scale">How many times larger than the stage before, in each direction.</param>
/// <param name="Settings">What its author recommends.</param>
internal sealed record CascadeStage(Pretrained<UNet2DConditionModel> UNet, Scheduler Scheduler, int Scale, CascadeStageSettings Settings) : IDisposable
{
    private const int FirstLater = 2;

    /// <summary>Loads all later stages of a model; none where it is no cascade.</summary>
    /// <exception cref="PareidoliaException">One is missing, damaged, or does not enlarge by a whole number.</exception>
    public static IReadOnlyList<CascadeStage> LoadAll(ModelSource model, Backend? device)
    {
        List<CascadeStage> stages = [];
        try
        {
            foreach ((string unet, string scheduler, int place, _) in NamesIn(model))
                stages.Add(new CascadeStage(
                    UNet2DConditionModel.Load(model.Component(unet), device), Scheduler.Load(model.Component(scheduler).Config), ScaleOf(model, place),
                    CascadeStageSettings.Of(model, place)));
            foreach (CascadeStage stage in stages)
                stage.RequireFit(model);
            return stages;
        }
        catch
        {
            stages.ForEach(stage => stage.Dispose());
            throw;
        }
    }

    /// <summary>The parts of each later stage, its number, and how many times larger than the first stage it is.</summary>
    public static IEnumerable<(string UNet, string Scheduler, int Place, int Scale)> NamesIn(ModelSource model)
    {
        for ((int place, int scale) = (FirstLater, 1); model.Has($"unet_{place}"); place++)
            yield return ($"unet_{place}", $"scheduler_{place}", place, scale *= ScaleOf(model, place));
    }

    /// <summary>How many times larger the pictures of a model's last stage are than those of its first.</summary>
    public static int ScaleOf(ModelSource model) => NamesIn(model).Select(stage => stage.Scale).LastOrDefault(1);

    /// <inheritdoc/>
    public void Dispose() => UNet.Dispose();

    private static int ScaleOf(ModelSource model, int place)
    {
        (int before, int own) = (SizeOf(model, place == FirstLater ? "unet" : $"unet_{place - 1}"), SizeOf(model, $"unet_{place}"));
        return before > 0 && own % before == 0 && own > before ? own / before
            : throw new PareidoliaException($"'{model.Path}': unet_{place} draws pictures of {own} pixels after {before}; a multiple is needed.");
    }

    private static int SizeOf(ModelSource model, string part) => model.Component(part).Config.Int("sample_size", 0);

    private void RequireFit(ModelSource model)
    {
        UNet2DConditionConfig config = UNet.Model.Config;
        if (config.InChannels != 2 * config.OutChannels || !config.LabelIsTimestep)
            throw new PareidoliaException($"'{model.Path}': a later stage reads {config.InChannels} channels and says {config.OutChannels}"
                + $"{(config.LabelIsTimestep ? "" : ", and is not told how noisy the smaller picture is (class_embed_type timestep)")}; twice as many are needed.");
    }
}

/// <summary>What the author of a cascade recommends for a later stage: the section <c>stage_2</c>, <c>stage_3</c> ... of <c>pareidolia.json</c>.</summary>
/// <param name="Steps">Denoising steps.</param>
/// <param name="Guidance">How strongly the prompt is followed.</param>
/// <param name="Augmentation">Timestep of the noise that the smaller picture gets: more mends more, and invents more.</param>
internal sealed record CascadeStageSettings(int Steps, double Guidance, int Augmentation)
{
    /// <summary>Reads them; 12 steps, no guidance and timestep 50 where nothing is said.</summary>
    /// <exception cref="PareidoliaException">A value is out of its range.</exception>
    public static CascadeStageSettings Of(ModelSource model, int place)
    {
        string path = Path.Combine(model.Path, "pareidolia.json");
        JsonConfig? section = File.Exists(path) ? JsonConfig.Load(path).Section($"stage_{place}") : null;
        CascadeStageSettings read = new(section?.Int("steps", 12) ?? 12, section?.Double("guidance", 1) ?? 1, section?.Int("augmentation", 50) ?? 50);
        return read.Steps >= 1 && read.Guidance >= 0 && read.Augmentation >= 0 ? read
            : throw new PareidoliaException($"'{path}': stage_{place} has steps {read.Steps}, guidance {read.Guidance}, augmentation {read.Augmentation}; at least 1, 0 and 0 are needed.");
    }
}
