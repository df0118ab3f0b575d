using System.Text.Json;
using Pareidolia.Files;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains a <see cref="ClipModel"/> and, before it, its tokenizer on the captions: pictures and captions of one pair are drawn together, all other
/// pairs of the batch apart (https://arxiv.org/abs/2103.00020).
/// </summary>
public sealed class ClipTrainer : Trainer
{
    private readonly PictureSet _train;
    private readonly PictureSet _validation;
    private readonly ClipTokenizer _tokenizer;
    private readonly Pretrained<ClipModel> _model;
    private readonly Augmentation _augmentation = new();
    private readonly int _context;

    /// <summary>Reads the data, trains the tokenizer and makes the model that the recipe describes.</summary>
    public ClipTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data");
        _train = PictureSet.Load(root, data, "train");
        _validation = PictureSet.Load(root, data, "validation");
        ClipConfig config = ClipConfig.FromJson(recipe.Section("model"));
        _context = config.Text.MaxPositionEmbeddings;
        ClipVocabulary vocabulary = BpeTrainer.Train(_train.Pictures.SelectMany(picture => picture.Record.Captions), config.Text.VocabSize);
        Recipe.RequireVocabSize(config.Text.VocabSize, vocabulary.Ids.Count, "The captions give a vocabulary", "tokens");
        _tokenizer = new ClipTokenizer(vocabulary with { MaxLength = _context });
        _model = ClipModel.Initialise(config, recipe.Seed);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _train.Pictures.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        ulong draw = random.NextUInt64();
        Tensor pixels = _train.Batch(batch, _augmentation, draw);
        string[] captions = [.. batch.Select(index => _train.Pictures[index].Record.Caption(draw, 0))];
        Tensor images = _model.Model.EncodeImage(pixels);                               // [b, d]
        Tensor texts = _model.Model.EncodeText(ClipEmbeddings.Ids(_tokenizer, captions));                          // [b, d]
        metrics["logit_scale"] = Math.Exp(_model.Model.LogitScale.Item());
        // Scales above 100 make training unstable; the original clips them too.
        return Tensor.InfoNceLoss(images, texts, _model.Model.LogitScale.Minimum(Tensor.Full([], Math.Log(100))));
    }

    /// <summary>The correlation matrix of held-out pictures (rows) and their captions (columns): bright where they agree.</summary>
    public override void Sample(string path) => CorrelationPicture.Write(path, _model.Model, _tokenizer, _validation);

    /// <summary>Of a labelled set the zero-shot accuracy, else how well pictures and captions find each other.</summary>
    public override IReadOnlyDictionary<string, double> Validate() => _validation.Pictures[0].Record.Label >= 0
        ? ZeroShot.OfLabels(_model.Model, _tokenizer, _validation)
        : Retrieval(_model.Model, _tokenizer, _validation);

    /// <summary>
    /// Share of held-out pictures whose own caption (the second, which names the style) is the nearest of all, or among the five nearest, and the
    /// same from captions to pictures.
    /// </summary>
    public static IReadOnlyDictionary<string, double> Retrieval(ClipModel model, ClipTokenizer tokenizer, PictureSet pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using Scope scope = new();
        int[] all = [.. Enumerable.Range(0, pictures.Pictures.Count)];
        return Metrics.Retrieval.Of(new ClipEmbeddings(model, tokenizer).Cosines(pictures, all, caption: 1).ToArray(), all.Length).Named.ToDictionary();
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        string whole = Path.Combine(folder, "clip");
        _model.Model.Save(whole, Weights, SafetensorsType.F16);
        AtomicFile.Write(Path.Combine(whole, "preprocessor_config.json"), WritePreprocessor);
        SaveTextEncoder(Path.Combine(folder, "text_encoder"));
        _tokenizer.Vocabulary.Save(Path.Combine(folder, "tokenizer"));
    }

    // The text tower alone, as Stable Diffusion's text_encoder.
    private void SaveTextEncoder(string folder)
    {
        using Pretrained<ClipTextModel> encoder = ClipTextModel.Initialise(_model.Model.Config.Text, 0);
        encoder.Weights.TakeFrom(Weights);
        encoder.Model.Save(folder, encoder.Weights, SafetensorsType.F16);
    }

    private void WritePreprocessor(Stream stream)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("image_processor_type", "CLIPImageProcessor");
        json.WriteNumber("size", _train.Size);
        json.WriteNumber("crop_size", _train.Size);
        json.WriteNumber("resample", 3);
        foreach (string name in (ReadOnlySpan<string>)["image_mean", "image_std"])
        {
            json.WriteStartArray(name);
            for (int channel = 0; channel < 3; channel++)
                json.WriteNumberValue(0.5);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
