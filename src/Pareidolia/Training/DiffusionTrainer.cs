using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains the UNet of a latent diffusion model (https://arxiv.org/abs/2112.10752) on cached latents and cached caption states: noise is added at a
/// random level, the network predicts it (or the velocity, https://arxiv.org/abs/2202.00512), the error is squared. Captions are sometimes left out,
/// so that guidance works (https://arxiv.org/abs/2207.12598).
/// </summary>
public sealed class DiffusionTrainer : Trainer
{
    private const string UNetPart = "unet";
    private const int SampleSteps = 24;
    private const float SampleGuidance = 4;
    private readonly PictureSet _train;
    private readonly PictureSet _validation;
    private readonly Pretrained<AutoencoderKl> _autoencoder;
    private readonly Func<IReadOnlyList<string>, Tensor> _captions;
    private readonly TrainedTextEncoder? _textEncoder;
    private readonly float[] _latents;
    private readonly Shape _latentShape;
    private readonly UNet2DConditionModel _unet;
    private readonly Scheduler _scheduler;
    private readonly NoiseSchedule _schedule;
    private readonly bool _velocity;
    private readonly double _captionDropout;
    private readonly double _styleShare;
    private readonly double _noiseBias;

    /// <summary>Reads the data, fills the caches and makes (or loads) the UNet that the recipe describes.</summary>
    public DiffusionTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data");
        _train = PictureSet.Load(root, data, "train");
        _validation = PictureSet.Load(root, data, "validation");
        JsonConfig inputs = recipe.Section("inputs");
        _autoencoder = AutoencoderKl.Load(recipe.Beside(inputs.Text("vae")!));
        Weights = WeightStore.Initialise(recipe.Seed);
        _unet = new UNet2DConditionModel(UNet2DConditionConfig.FromJson(recipe.Section("model")), Weights.Root[UNetPart]);
        using (Pretrained<ClipTextModel> encoder = ClipTextModel.Load(recipe.Beside(inputs.Text("text_encoder")!)))
        {
            ClipTokenizer tokenizer = ClipTokenizer.Load(recipe.Beside(inputs.Text("tokenizer")!));
            _textEncoder = recipe.Json.Bool("train_text_encoder", false) ? new TrainedTextEncoder(encoder, tokenizer, Weights) : null;
            _captions = _textEncoder is not null ? _textEncoder.Of : new CaptionEmbeddings(encoder.Model, tokenizer, AllCaptions()).Of;
        }
        (_latents, _latentShape) = EncodeAll();
        if (inputs.Text("unet") is string start)
            TakeOver(recipe.Beside(start));
        _scheduler = Scheduler.Load(recipe.Section("scheduler"));
        _schedule = _scheduler.TrainingSchedule();
        _velocity = recipe.Section("scheduler").Text("prediction_type", "epsilon") == "v_prediction";
        _captionDropout = recipe.Json.Double("caption_dropout", 0.1);
        _styleShare = recipe.Json.Double("style_caption_share", 0.5);
        _noiseBias = recipe.Json.Double("noise_bias", 0);
    }

    /// <inheritdoc/>
    public override WeightStore Weights { get; }

    // Begins where an earlier network stands; what the recipe's model has beyond it begins as new.
    private void TakeOver(string folder)
    {
        using Pretrained<UNet2DConditionModel> earlier = UNet2DConditionModel.Load(folder);
        earlier.Weights.GiveTo(Weights, UNetPart);
    }

    /// <inheritdoc/>
    public override int SampleCount => _train.Pictures.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        Tensor x0 = Latents(batch);                                                     // [b, h, w, c]
        int[] timesteps = Timesteps(batch.Count, random);
        Tensor context = _captions([.. batch.Select(index => Caption(index, random))]);
        Tensor eps = Tensor.Randn(x0.Shape, random);
        Tensor noisy = _schedule.AddNoise(x0, eps, timesteps);
        Tensor target = _velocity ? _schedule.Velocity(x0, eps, timesteps) : eps;
        Tensor output = _unet.Forward(noisy, Array.ConvertAll(timesteps, t => (float)t), context);
        return output.MseLoss(target);
    }

    /// <inheritdoc/>
    public override void Sample(string path)
    {
        int[] chosen = [.. Enumerable.Range(0, 16).Select(i => i * _validation.Pictures.Count / 16)];
        Tensor context = Tensor.Concat(
            0,
            _captions([.. Enumerable.Repeat("", chosen.Length)]),
            _captions([.. chosen.Select(i => CaptionOf(_validation.Pictures[i]))]));
        Tensor latents = Denoise(context, chosen.Length);
        Tensor pictures = _autoencoder.Model.Decode(_autoencoder.Model.FromLatent(latents));
        PictureGrid.Write(path, Tensor.Concat(0, pictures, _validation.Batch(chosen)), columns: 16);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double>();

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        PipelineExport.Write(folder, Recipe, ownTextEncoder: _textEncoder is not null);
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(_unet.Config, 0);
        unet.Weights.TakeFrom(Weights, UNetPart);
        unet.Model.Save(Path.Combine(folder, "unet"), unet.Weights, SafetensorsType.F16);
        _textEncoder?.Save(Path.Combine(folder, "text_encoder"));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _autoencoder.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    private IEnumerable<string> AllCaptions() => _train.Pictures.Concat(_validation.Pictures).SelectMany(picture => picture.Record.Captions);

    // The second caption names the style; pictures of one's own may have but one.
    private static string CaptionOf(Picture picture) => picture.Record.Captions[Math.Min(1, picture.Record.Captions.Count - 1)];

    // The second caption names the style and is what people are asked to write, so it is drawn more often.
    private string Caption(int index, TorchCpuGenerator random)
    {
        float[] draw = new float[3];
        random.Rand(draw);
        IReadOnlyList<string> captions = _train.Pictures[index].Record.Captions;
        if (draw[0] < _captionDropout)
            return "";
        return captions.Count > 1 && draw[1] < _styleShare ? captions[1] : captions[(int)(draw[2] * captions.Count)];
    }

    // One level from each of b equal parts of the schedule: every batch sees all noise levels, which steadies the loss. A bias k draws the time u
    // in 0..1 with a density that grows as u^k: where there is most noise, a network learns what words mean.
    private int[] Timesteps(int b, TorchCpuGenerator random)
    {
        float[] draw = new float[b];
        random.Rand(draw);
        double Time(int i) => Math.Pow((i + draw[i]) / b, 1 / (1 + _noiseBias));
        return [.. Enumerable.Range(0, b).Select(i => Math.Min(_schedule.Count - 1, (int)(Time(i) * _schedule.Count)))];
    }

    private Tensor Latents(IReadOnlyList<int> batch)
    {
        int length = (int)_latentShape.Count;
        float[] values = new float[batch.Count * length];
        for (int i = 0; i < batch.Count; i++)
            _latents.AsSpan(batch[i] * length, length).CopyTo(values.AsSpan(i * length));
        return Tensor.From(values, [batch.Count, .. _latentShape]);
    }

    private (float[] Latents, Shape Shape) EncodeAll()
    {
        List<float> values = [];
        Shape shape = default;
        foreach (int[] batch in Enumerable.Range(0, _train.Pictures.Count).Chunk(16))
        {
            using Scope scope = new();
            Tensor latents = _autoencoder.Model.ToLatent(_autoencoder.Model.Encode(_train.Batch(batch)).Mean);
            shape = latents.Shape.Without(0);
            values.AddRange(latents.ToArray());
        }
        return ([.. values], shape);
    }

    private Tensor Denoise(Tensor context, int count)
    {
        Tensor noise = Tensor.Randn([count, .. _latentShape], new TorchCpuGenerator(Recipe.Seed));
        Tensor Network(Tensor x, double timestep)
        {
            using Scope scope = new();
            Tensor[] halves = _unet.Forward(Tensor.Concat(0, x, x), [(float)timestep], context).Chunk(2, 0);
            return scope.Keep(halves[0] + ((halves[1] - halves[0]) * SampleGuidance));
        }

        SamplingPlan plan = _scheduler.Plan(SampleSteps);
        return plan.Run(Network, plan.Start(noise), (_, _) => throw new PareidoliaException("The recipe's scheduler draws noise at every step; samples are drawn without.")).Finish();
    }
}
