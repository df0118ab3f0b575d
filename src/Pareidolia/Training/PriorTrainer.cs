using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains unCLIP's prior (https://arxiv.org/abs/2204.06125) on where CLIP sees the captions and the pictures of a set. The export is the decoder's model
/// with the prior in front of it.
/// </summary>
public sealed class PriorTrainer : Trainer
{
    private const int Rows = 64;
    private readonly PictureSet _train;
    private readonly PictureSet _validation;
    private readonly ImageEmbeddings _trainPictures;
    private readonly ImageEmbeddings _validationPictures;
    private readonly CaptionEmbeddings _tokens;
    private readonly CaptionEmbeddings _texts;
    private readonly Pretrained<PriorTransformer> _model;
    private readonly DenoisingTask? _task;
    private readonly string _base;
    private readonly int _sampleSteps;

    /// <summary>Reads the data, lets CLIP look at all of it, and makes the prior that the recipe describes.</summary>
    /// <exception cref="PareidoliaException">The recipe, its data or its base is missing or broken, or the prior does not fit CLIP.</exception>
    public PriorTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data");
        PriorTransformerConfig config = PriorTransformerConfig.FromJson(recipe.Section("model"));
        _base = recipe.Beside(recipe.Section("inputs").Text("base") ?? throw new PareidoliaException($"The recipe in '{recipe.Folder}' names no \"base\" among its inputs: the decoder's model, with clip/ and text_encoder/."));
        _task = config.IsAutoregressive ? null : new DenoisingTask(recipe.Section("scheduler"));
        (_train, _validation) = (PictureSet.Load(root, data, "train"), PictureSet.Load(root, data, "validation"));
        string[] captions = [.. _train.Pictures.Concat(_validation.Pictures).SelectMany(picture => picture.Record.Captions)];
        using (Pretrained<ClipModel> clip = ClipModel.Load(Path.Combine(_base, "clip")))
        {
            RequireFit(config, clip.Model.Config);
            (_trainPictures, _validationPictures) = (new ImageEmbeddings(clip.Model, _train), new ImageEmbeddings(clip.Model, _validation));
            ClipTokenizer tokenizer = ClipTokenizer.Load(Path.Combine(_base, "tokenizer"));
            _tokens = CaptionEmbeddings.Of(clip.Model.Text, tokenizer, captions);
            _texts = new CaptionEmbeddings(
                group => ClipModel.Direction(clip.Model.EncodeText(ClipEmbeddings.Ids(tokenizer, group))).Reshape(group.Count, 1, config.EmbeddingDim), captions);
        }
        _model = PriorTransformer.Initialise(config, recipe.Seed);
        Measure();
        _sampleSteps = recipe.Json.Int("sample_steps", 24);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _train.Pictures.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        ulong draw = random.NextUInt64();
        string[] captions = [.. batch.Select(index => _train.Pictures[index].Record.Caption(draw, 0))];
        (Tensor text, Tensor tokens) = Told(captions);
        Tensor embeddings = _trainPictures.Of(batch).Reshape(batch.Count, -1);          // [b, d]
        return _task is null
            ? CodeLoss(embeddings, text, tokens)
            : _task.Loss(_model.Model.Normed(embeddings), random, (noisy, times) => _model.Model.Forward(noisy, times, text, tokens), metrics);
    }

    /// <summary>Draws how near what is drawn for each held-out caption (rows) lies to each held-out picture (columns).</summary>
    public override void Sample(string path)
    {
        int n = _validation.Pictures.Count;
        float[] cosines = Cosines(Guessed());
        PictureGrid.Write(path, Tensor.From([.. cosines.SelectMany(cosine => Enumerable.Repeat(Math.Clamp(cosine, -1, 1), 3))], [1, n, n, 3]), columns: 1);
    }

    /// <summary>
    /// Mean cosine between what is drawn for a held-out caption and its picture, and how often that picture is the nearest of all; beside the same for
    /// the caption's own embedding, which the decoder would get without a prior.
    /// </summary>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        Dictionary<string, double> said = _task?.HeldOutLoss(_validation.Pictures.Count, Recipe.Seed, chosen =>
        {
            (Tensor text, Tensor tokens) = Told(CaptionsOf(chosen));
            return (_model.Model.Normed(_validationPictures.Of(chosen).Reshape(chosen.Length, -1)), (noisy, times) => _model.Model.Forward(noisy, times, text, tokens));
        }) ?? [];
        AddCosines(said, "prior", Cosines(Guessed()));
        AddCosines(said, "text", Cosines(InBatches(chosen => _texts.Of(CaptionsOf(chosen)))));
        return said;
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        PipelineExport.Extend(folder, _base, Recipe, "UnClipPipeline", ("prior", nameof(PriorTransformer)), "prior_scheduler");
        _model.Model.Save(Path.Combine(folder, "prior"), Weights, SafetensorsType.F16);
    }

    private static void RequireFit(PriorTransformerConfig prior, ClipConfig clip)
    {
        if (prior.EmbeddingDim != clip.ProjectionDim || clip.Text.HiddenSize != clip.ProjectionDim || prior.NumEmbeddings != clip.Text.MaxPositionEmbeddings)
            throw new PareidoliaException($"The recipe's prior has embedding_dim {prior.EmbeddingDim} and num_embeddings {prior.NumEmbeddings}; CLIP has embeddings of {clip.ProjectionDim}, "
                + $"tokens of {clip.Text.HiddenSize}, and {clip.Text.MaxPositionEmbeddings} of them: the first three should be one number.");
    }

    private string[] CaptionsOf(IReadOnlyList<int> chosen) => [.. chosen.Select(index => PictureCondition.StyledCaption(_validation.Pictures[index]))];

    private (Tensor Text, Tensor Tokens) Told(IReadOnlyList<string> captions) =>
        (_texts.Of(captions).Reshape(captions.Count, -1), _tokens.Of(captions));

    // The mean over codes of -log of what is said of the right step.
    private Tensor CodeLoss(Tensor embeddings, Tensor text, Tensor tokens)
    {
        (int b, int codes, int levels) = (embeddings.Shape[0], _model.Model.Config.Codes, _model.Model.Config.CodeLevels);
        Tensor right = Tensor.From(_model.Model.Encode(embeddings), [b, codes]);
        Tensor logits = _model.Model.Logits(codes > 1 ? right.Slice(1, 0, codes - 1) : null, text, tokens);     // [b, codes, levels]
        return logits.Reshape(b * codes, levels).CrossEntropyLoss(right.Reshape(b * codes));
    }

    // Row after row, of all held-out captions.
    private float[] Guessed() => InBatches(chosen =>
    {
        (Tensor text, Tensor tokens) = Told(CaptionsOf(chosen));
        return _model.Model.Draw(text, tokens, new TorchCpuGenerator(Recipe.Seed + (ulong)chosen[0]), (network, noise) => _task!.Draw(network.Invoke, noise, _sampleSteps));
    });

    private float[] InBatches(Func<int[], Tensor> of) => [.. Enumerable.Range(0, _validation.Pictures.Count).Chunk(Rows).SelectMany(chosen =>
    {
        using Scope scope = new();
        return of(chosen).ToArray();
    })];

    // [captions, pictures]
    private float[] Cosines(float[] guessed)
    {
        using Scope scope = new();
        int n = _validation.Pictures.Count;
        Tensor pictures = _validationPictures.Of([.. Enumerable.Range(0, n)]).Reshape(n, -1).L2Normalize();
        return Tensor.From(guessed, pictures.Shape).L2Normalize().MatMul(pictures, transposeOther: true).ToArray();
    }

    private void AddCosines(Dictionary<string, double> said, string name, float[] cosines)
    {
        int n = _validation.Pictures.Count;
        said[$"{name}_cosine"] = Enumerable.Range(0, n).Average(i => (double)cosines[(i * n) + i]);
        said[$"{name}_r1"] = Enumerable.Range(0, n).Average(i => Enumerable.Range(0, n).All(j => cosines[(i * n) + j] <= cosines[(i * n) + i]) ? 1.0 : 0);
    }

    // Means and deviations of the training pictures' embeddings, and for codes the directions in which they differ most.
    private void Measure()
    {
        using Scope scope = new();
        Tensor all = _trainPictures.Of([.. Enumerable.Range(0, _trainPictures.Count)]).Reshape(_trainPictures.Count, -1);
        float[] mean = all.Mean(0).ToArray();
        if (!_model.Model.Config.IsAutoregressive)
        {
            _model.Model.SetMoments(mean, all.Variance(0).Sqrt().ToArray());
            return;
        }
        // Of one deviation, so that distances stay what they are; the numbers that codes cut up then differ in size, the first most.
        Tensor centred = all - Tensor.From(mean, [mean.Length]);
        float whole = MathF.Sqrt(centred.Square().Mean().Item());
        _model.Model.SetMoments(mean, [.. Enumerable.Repeat(whole, mean.Length)]);
        _model.Model.SetDirections(PrincipalDirections.Of(centred.MatMul(centred, transposeThis: true).ToArray(), mean.Length, _model.Model.Config.Codes));
    }
}
