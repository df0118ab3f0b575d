using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Training.Metrics;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains the UNet of a diffusion model: in the latents of an autoencoder (https://arxiv.org/abs/2112.10752) where the recipe's inputs name a
/// <c>vae</c>, else in pixels (https://arxiv.org/abs/2006.11239). It is told the caption or, with <c>"condition": "picture"</c>, where CLIP sees the
/// picture, as the decoder of unCLIP is (https://arxiv.org/abs/2204.06125).
/// </summary>
public sealed class DiffusionTrainer : Trainer
{
    private const string UNetPart = "unet";
    private const int Shown = 16;
    private readonly PictureSet _train;
    private readonly PictureSet _validation;
    private readonly PictureSpace _space;
    private readonly PictureCondition _condition;
    private readonly UNet2DConditionModel _unet;
    private readonly DenoisingTask _task;
    private readonly string? _classifier;
    private TrainedTextEncoder? _textEncoder;
    private readonly int _sampleSteps;
    private readonly float _guidance;

    /// <summary>Reads the data, fills the caches and makes (or loads) the UNet that the recipe describes.</summary>
    /// <exception cref="PareidoliaException">The recipe, its data or an input is missing or broken, or the model does not fit the pictures.</exception>
    public DiffusionTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data"), inputs = recipe.Section("inputs");
        UNet2DConditionConfig config = UNet2DConditionConfig.FromJson(recipe.Section("model"));
        _task = new DenoisingTask(recipe.Section("scheduler"), recipe.Json.Double("noise_bias", 0));
        _train = PictureSet.Load(root, data, "train");
        _validation = PictureSet.Load(root, data, "validation");
        _space = new PictureSpace(_train, inputs.Text("vae") is string vae ? recipe.Beside(vae) : null, Augmentation.FromJson(recipe.Json.Section("augmentation")));
        RequireFit(config);
        Weights = WeightStore.Initialise(recipe.Seed);
        _unet = new UNet2DConditionModel(config, Weights.Root[UNetPart]);
        _condition = Condition(recipe, inputs);
        (_sampleSteps, _guidance) = (recipe.Json.Int("sample_steps", 24), (float)recipe.Json.Double("sample_guidance", 4));
        _classifier = inputs.Text("classifier") is string judge ? recipe.Beside(judge) : null;
        if (inputs.Text("unet") is string start)
            TakeOver(recipe.Beside(start));
    }

    /// <inheritdoc/>
    public override WeightStore Weights { get; }

    /// <inheritdoc/>
    public override int SampleCount => _train.Pictures.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        Tensor clean = _space.Of(batch, random.NextUInt64());                           // [b, h, w, c]
        Tensor context = _condition.OfTrain(batch, random);                             // [b, n, d]
        return _task.Loss(clean, random, (noisy, times) => _unet.Forward(noisy, times, context), metrics);
    }

    /// <inheritdoc/>
    public override void Sample(string path)
    {
        int[] chosen = [.. Enumerable.Range(0, Shown).Select(i => i * _validation.Pictures.Count / Shown)];
        Tensor drawn = Draw(_condition.OfValidation(chosen), new TorchCpuGenerator(Recipe.Seed));
        PictureGrid.Write(path, Tensor.Concat(0, drawn, _validation.Batch(chosen)), columns: Shown);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        Dictionary<string, double> said = _task.HeldOutLoss(_validation.Pictures.Count, Recipe.Seed, chosen =>
        {
            Tensor context = _condition.OfValidation(chosen);
            return (_space.Encode(_validation.Batch(chosen)), (noisy, times) => _unet.Forward(noisy, times, context));
        });
        if (_classifier is not null && _condition.OfText is not null)
            AddJudgement(said, _condition.OfText);
        return said;
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        PipelineExport.Write(folder, Recipe, ownTextEncoder: _textEncoder is not null);
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(_unet.Config, 0);
        unet.Weights.TakeFrom(Weights, UNetPart);
        unet.Model.Save(Path.Combine(folder, "unet"), unet.Weights, SafetensorsType.F16);
        _textEncoder?.Save(Path.Combine(folder, "text_encoder"));
        PipelineExport.AddIndex(folder, Recipe, _train);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _space.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    private PictureCondition Condition(Recipe recipe, JsonConfig inputs) => recipe.Json.Text("condition", "caption")! switch
    {
        "caption" => PictureCondition.OfCaptions(recipe, States(recipe, inputs), _train, _validation),
        "picture" => OfPictures(recipe, recipe.Beside(Needed(inputs, "clip"))),
        string other => throw new PareidoliaException($"The recipe in '{recipe.Folder}' has condition \"{other}\"; \"caption\" and \"picture\" are known."),
    };

    // Of a frozen text encoder, whose states are computed once, or of one that learns along.
    private Func<IReadOnlyList<string>, Tensor> States(Recipe recipe, JsonConfig inputs)
    {
        (string folder, string words) = (recipe.Beside(Needed(inputs, "text_encoder")), recipe.Beside(Needed(inputs, "tokenizer")));
        if (!recipe.Json.Bool("train_text_encoder", false))
            return CaptionEmbeddings.Load(
                folder, words, _train.Pictures.Concat(_validation.Pictures).SelectMany(picture => picture.Record.Captions), PipelineExport.T5Length(recipe)).Of;
        using Pretrained<ClipTextModel> encoder = ClipTextModel.Load(folder);
        _textEncoder = new TrainedTextEncoder(encoder, ClipTokenizer.Load(words), Weights);
        return _textEncoder.Of;
    }

    // How many of the drawn digits the classifier takes for what was asked for, and how its features of them lie.
    private void AddJudgement(Dictionary<string, double> said, Func<IReadOnlyList<string>, Tensor> states)
    {
        using ClassJudge judge = new(_classifier!);
        TorchCpuGenerator random = new(Recipe.Seed);
        DrawnPictures drawn = DrawnPictures.Draw(
            judge.Classes, Recipe.Json.Int("judged_per_class", 50), labels => Draw(states([.. labels.Select(label => CaptionedDigits.Captions(label)[0])]), random).Clamp(-1, 1));
        foreach ((string name, double value) in judge.Measures(drawn, DrawnPictures.Of(_validation)))
            said[name] = value;
    }

    private PictureCondition OfPictures(Recipe recipe, string clipFolder)
    {
        using Pretrained<ClipModel> clip = ClipModel.Load(clipFolder);
        return PictureCondition.OfPictures(recipe, new ImageEmbeddings(clip.Model, _train), new ImageEmbeddings(clip.Model, _validation));
    }

    private static string Needed(JsonConfig inputs, string key) =>
        inputs.Text(key) ?? throw new PareidoliaException($"'{inputs.Name}' names no \"{key}\" among its inputs, which this condition needs.");

    private void RequireFit(UNet2DConditionConfig config)
    {
        int channels = _space.Shape[2];
        if (config.InChannels != channels || config.OutChannels != channels)
            throw new PareidoliaException($"The recipe's model reads {config.InChannels} channels and says {config.OutChannels}; what it denoises has {channels}.");
    }

    // Begins where an earlier network stands; what the recipe's model has beyond it begins as new.
    private void TakeOver(string folder)
    {
        using Pretrained<UNet2DConditionModel> earlier = UNet2DConditionModel.Load(folder);
        earlier.Weights.GiveTo(Weights, UNetPart);
    }

    // Pixels [b, s, s, c] about -1..1 of what is told [b, n, d].
    private Tensor Draw(Tensor context, TorchCpuGenerator random)
    {
        int count = context.Shape[0];
        Network guided = TrainedGuidance.Of(_unet, _condition.Nothing(count), context, _guidance);
        return _space.Decode(_task.Draw(guided, Tensor.Randn([count, .. _space.Shape], random), _sampleSteps));
    }
}
