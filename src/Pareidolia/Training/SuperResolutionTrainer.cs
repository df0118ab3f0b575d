using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains a later stage of a cascade (https://arxiv.org/abs/2106.15282, https://arxiv.org/abs/2205.11487): a diffusion model of pixels that reads the
/// smaller picture, enlarged, behind the sample. The smaller picture gets noise of a random level, which the network is told, so that it also mends what
/// the stage before draws. It learns on crops: its work is local. The export is the model of the stage before with this stage behind it.
/// </summary>
public sealed class SuperResolutionTrainer : Trainer
{
    private const int Shown = 8;
    private readonly PictureSet _large;
    private readonly PictureSet _validation;
    private readonly PictureCondition _condition;
    private readonly Pretrained<UNet2DConditionModel> _model;
    private readonly DenoisingTask _task;
    private readonly NoiseSchedule _schedule;
    private readonly string _base;
    private readonly int _place;
    private readonly int _scale;
    private readonly int _crop;
    private readonly int _mostAugmentation;
    private readonly int _augmentation;
    private readonly int _sampleSteps;

    /// <summary>Reads the data and makes the model that the recipe describes, behind the stages that its base has.</summary>
    /// <exception cref="PareidoliaException">The recipe, its data or its base is missing or broken, or they do not fit together.</exception>
    public SuperResolutionTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data");
        UNet2DConditionConfig config = UNet2DConditionConfig.FromJson(recipe.Section("model"));
        _task = new DenoisingTask(recipe.Section("scheduler"));
        _schedule = Scheduler.Load(recipe.Section("scheduler")).TrainingSchedule();
        _base = recipe.Beside(recipe.Section("inputs").Text("base") ?? throw new PareidoliaException($"The recipe in '{recipe.Folder}' names no \"base\" among its inputs: the model whose pictures this stage enlarges."));
        (_place, int small) = StageAfter(new ModelFolder(_base));
        int size = data.Int("size");
        _scale = size % small == 0 && size > small ? size / small
            : throw new PareidoliaException($"The recipe's data has size {size}; a multiple of {small}, the size of what '{_base}' draws, is needed.");
        _crop = data.Int("crop", size);
        RequireFit(config, size);
        _large = PictureSet.Load(root, data, "train");
        _validation = PictureSet.Load(root, data, "validation");
        CaptionEmbeddings states = CaptionEmbeddings.Load(
            Path.Combine(_base, "text_encoder"), Path.Combine(_base, "tokenizer"), _large.Pictures.Concat(_validation.Pictures).SelectMany(picture => picture.Record.Captions));
        _condition = PictureCondition.OfCaptions(recipe, states.Of, _large, _validation);
        (_mostAugmentation, _augmentation) = (recipe.Json.Int("largest_augmentation", 300), recipe.Json.Int("sample_augmentation", 50));
        _sampleSteps = recipe.Json.Int("sample_steps", 12);
        _model = UNet2DConditionModel.Initialise(config, recipe.Seed);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _large.Pictures.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        Tensor truth = Cropped(_large.Batch(batch), random);                            // [b, c, c, 3]
        int[] levels = Levels(batch.Count, random);
        Tensor beside = Enlarged(Small(truth), levels, random);
        Tensor context = _condition.OfTrain(batch, random);
        return _task.Loss(truth, random, (noisy, times) => Forward(noisy, beside, times, context, levels), metrics);
    }

    /// <summary>From above: the smaller pictures enlarged by straight resampling, drawn, and the truth.</summary>
    public override void Sample(string path)
    {
        int[] chosen = [.. Enumerable.Range(0, Math.Min(Shown, _validation.Pictures.Count)).Select(i => i * _validation.Pictures.Count / Shown)];
        Tensor truth = _validation.Batch(chosen);
        PictureGrid.Write(path, Tensor.Concat(0, Bicubic(Small(truth)), Drawn(truth, _condition.OfValidation(chosen)).Clamp(-1, 1), truth), columns: chosen.Length);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        Dictionary<string, double> said = _task.HeldOutLoss(_validation.Pictures.Count, Recipe.Seed, chosen =>
        {
            Tensor truth = Cropped(_validation.Batch(chosen), new TorchCpuGenerator(Recipe.Seed)), context = _condition.OfValidation(chosen);
            int[] levels = [.. Enumerable.Repeat(_augmentation, chosen.Length)];
            Tensor beside = Enlarged(Small(truth), levels, new TorchCpuGenerator(Recipe.Seed));
            return (truth, (noisy, times) => Forward(noisy, beside, times, context, levels));
        });
        int[] some = [.. Enumerable.Range(0, Math.Min(2 * Shown, _validation.Pictures.Count))];
        using Scope scope = new();
        Tensor large = _validation.Batch(some), drawn = Drawn(large, _condition.OfValidation(some)).Clamp(-1, 1);
        said["validation_psnr"] = Psnr(drawn, large);
        said["bicubic_psnr"] = Psnr(Bicubic(Small(large)), large);
        said["validation_sharpness"] = Edges(drawn);
        said["bicubic_sharpness"] = Edges(Bicubic(Small(large)));
        said["truth_sharpness"] = Edges(large);
        return said;
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        PipelineExport.Extend(folder, _base, Recipe, "CascadePipeline", ($"unet_{_place}", nameof(UNet2DConditionModel)), $"scheduler_{_place}");
        _model.Model.Save(Path.Combine(folder, $"unet_{_place}"), Weights, SafetensorsType.F16);
    }

    private static (int Place, int Small) StageAfter(ModelFolder model)
    {
        int place = 2;
        while (model.Has($"unet_{place}"))
            place++;
        return (place, model.Component(place == 2 ? "unet" : $"unet_{place - 1}").Config.Int("sample_size"));
    }

    private void RequireFit(UNet2DConditionConfig config, int size)
    {
        if (config.InChannels != 6 || config.OutChannels != 3 || !config.LabelIsTimestep || config.SampleSize != size)
            throw new PareidoliaException($"The recipe's model reads {config.InChannels} channels, says {config.OutChannels}, and has sample_size {config.SampleSize}"
                + $"{(config.LabelIsTimestep ? "" : " and no class_embed_type timestep")}; 6, 3, {size} and class_embed_type \"timestep\" are needed to enlarge RGB pictures.");
        if (_crop % _scale != 0 || _crop > size)
            throw new PareidoliaException($"The recipe's data has crop {_crop}; a multiple of {_scale}, at most {size}, is needed.");
    }

    private Tensor Forward(Tensor noisy, Tensor beside, float[] times, Tensor context, int[] levels) =>
        _model.Model.Forward(Tensor.Concat(-1, noisy, beside), times, context, new UNetExtras { ClassLabels = levels });

    // One place for the whole batch, where small and large pixels stay aligned.
    private Tensor Cropped(Tensor large, TorchCpuGenerator random)
    {
        int most = (large.Shape[1] - _crop) / _scale;
        if (most == 0)
            return large;
        long[] place = new long[2];
        random.Randint(place, 0, most + 1);
        return large.Slice(1, (int)place[0] * _scale, _crop).Slice(2, (int)place[1] * _scale, _crop);
    }

    private Tensor Small(Tensor truth) => truth.AvgPool2d(_scale, _scale);

    private Tensor Bicubic(Tensor small) => small.Interpolate(small.Shape[1] * _scale, small.Shape[2] * _scale, Interpolation.Bicubic).Clamp(-1, 1);

    private Tensor Enlarged(Tensor small, int[] levels, TorchCpuGenerator random)
    {
        Tensor large = small.Interpolate(small.Shape[1] * _scale, small.Shape[2] * _scale, Interpolation.Bicubic);
        return _schedule.AddNoise(large, Tensor.Randn(large.Shape, random), levels);
    }

    private int[] Levels(int count, TorchCpuGenerator random)
    {
        long[] levels = new long[count];
        random.Randint(levels, 0, _mostAugmentation + 1);
        return Array.ConvertAll(levels, level => (int)level);
    }

    private Tensor Drawn(Tensor truth, Tensor context)
    {
        using Scope scope = new();
        TorchCpuGenerator random = new(Recipe.Seed);
        int[] levels = [.. Enumerable.Repeat(_augmentation, truth.Shape[0])];
        Tensor beside = Enlarged(Small(truth), levels, random);
        return scope.Keep(_task.Draw((x, t) => Forward(x, beside, [.. Enumerable.Repeat((float)t, truth.Shape[0])], context, levels), Tensor.Randn(truth.Shape, random), _sampleSteps));
    }

    // Mean absolute difference between neighbours: what blur takes away.
    private static double Edges(Tensor pictures)
    {
        using Scope scope = new();
        int width = pictures.Shape[2];
        return (pictures.Slice(2, 1, width - 1) - pictures.Slice(2, 0, width - 1)).Abs().Mean().Item();
    }

    // -1..1 spans 2, hence the peak of 4.
    private static double Psnr(Tensor drawn, Tensor truth)
    {
        using Scope scope = new();
        return 10 * Math.Log10(4 / Math.Max((drawn - truth).Square().Mean().Item(), 1e-10));
    }
}
