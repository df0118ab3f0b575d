using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Training.FineTuning;

/// <summary>
/// Teaches a Stable Diffusion model something from a few captioned pictures: by a LoRA (<c>"method": "lora"</c>), by a new word
/// (<c>"textual-inversion"</c>), or by changing the whole UNet (<c>"full"</c>). With a data section <c>prior</c> it keeps what it knew of a class
/// meanwhile (DreamBooth's prior preservation, https://arxiv.org/abs/2208.12242): pictures of the class that the model drew itself.
/// </summary>
public sealed class FineTuneTrainer : Trainer
{
    private const int Shown = 4;

    private readonly string _base;
    private readonly PictureSet _train;
    private readonly PictureSet? _prior;
    private readonly PictureSpace _space;
    private readonly PictureSpace? _priorSpace;
    private readonly double _priorWeight;
    private readonly double _captionDropout;
    private readonly Pretrained<UNet2DConditionModel> _unet;
    private readonly Pretrained<ClipTextModel> _text;
    private readonly Func<IReadOnlyList<string>, Tensor> _states;
    private readonly DenoisingTask _task;
    private readonly LoraFactors? _lora;
    private readonly WordRows? _word;
    private readonly bool _recomputes;

    /// <summary>Loads the model and reads the pictures.</summary>
    /// <exception cref="PareidoliaException">The recipe, its data or the model is missing or broken, or of a family that is not trained here.</exception>
    public FineTuneTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        _base = recipe.Beside(recipe.Json.Text("base") ?? throw new PareidoliaException("The recipe has no \"base\": the folder or file of the model that learns."));
        ModelSource source = ModelSource.Open(_base, new SingleFileOptions { Tokenizer = recipe.Json.Text("tokenizer") is string words ? recipe.Beside(words) : null });
        _unet = UNet2DConditionModel.Load(source.Component("unet"));
        RequireFamily(source);
        JsonConfig data = recipe.Section("data");
        _train = PictureSet.Load(root, data, "train");
        _prior = data.Has("prior") ? PictureSet.Load(root, data, "prior") : null;
        _space = Space(source, _train);
        _priorSpace = _prior is null ? null : Space(source, _prior);
        (_priorWeight, _captionDropout) = (recipe.Json.Double("prior_weight", 1), recipe.Json.Double("caption_dropout", 0.1));
        _text = ClipTextModel.Load(source.Component("text_encoder"));
        ClipTokenizer tokenizer = ClipTokenizer.Load(source.Component("tokenizer").Folder);
        _task = new DenoisingTask(source.Component("scheduler").Config);
        _recomputes = recipe.Json.Bool("gradient_checkpointing", false);
        (Weights, _lora, _word) = Learner(recipe, tokenizer);
        RequireWord(recipe);
        _states = States(tokenizer);
    }

    /// <inheritdoc/>
    public override WeightStore Weights { get; }

    /// <inheritdoc/>
    public override int SampleCount => _train.Pictures.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        ArgumentNullException.ThrowIfNull(random);
        using AddedWeights? added = _lora?.Open();
        using RecomputedBlocks recomputed = new(_recomputes);
        Tensor loss = Loss(_space.Of(batch, 0), [.. batch.Select(i => Caption(_train, i, random))], random, metrics, "");
        if (_prior is null)
            return loss;
        int[] kept = [.. batch.Select(_ => (int)(random.NextUInt64() % (ulong)_prior.Pictures.Count))];
        return loss + Loss(_priorSpace!.Of(kept, 0), [.. kept.Select(i => Caption(_prior, i, random))], random, metrics, "prior_").Scale((float)_priorWeight);
    }

    /// <inheritdoc/>
    public override void Sample(string path)
    {
        using AddedWeights? added = _lora?.Open();
        string[] captions = [.. Enumerable.Range(0, Shown).Select(i => _train.Pictures[i % _train.Pictures.Count].Record.Captions[0])];
        Tensor noise = Tensor.Randn([Shown, .. _space.Shape], new TorchCpuGenerator(Recipe.Seed));
        Network guided = TrainedGuidance.Of(
            _unet.Model, _states([.. captions.Select(_ => "")]), _states(captions), (float)Recipe.Json.Double("sample_guidance", 4));
        Tensor drawn = _task.Draw(guided, noise, Recipe.Json.Int("sample_steps", 20));
        PictureGrid.Write(path, _space.Decode(drawn), Shown);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double>();

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        if (_lora is not null)
            _lora.Save(folder);
        else if (_word is not null)
            _word.Save(folder, Weights);
        else
            ExportModel(folder);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _space.Dispose();
        _priorSpace?.Dispose();
        _text.Dispose();
        if (!ReferenceEquals(Weights, _unet.Weights))
            _unet.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    private bool TrainsText => Recipe.Json.Bool("train_text_encoder", false);

    private void RequireFamily(ModelSource source)
    {
        UNet2DConditionConfig config = _unet.Model.Config;
        string? odd = config.HearsTextAndSize ? "is of SDXL's family"
            : config.InChannels != config.OutChannels ? "is an inpainting or editing model"
            : config.ReadsPictures ? "is of unCLIP's family, which is told where CLIP sees pictures"
            : T5EncoderModel.IsIn(source.Component("text_encoder")) ? "reads texts by a T5"
            : null;
        if (odd is not null)
            throw new PareidoliaException($"'{_base}' {odd}; fine-tuning is for Stable Diffusion 1 and 2, for pixel diffusion with CLIP's text encoder, and for models like the one that comes with the program.");
    }

    // Without an autoencoder the model draws pixels.
    private PictureSpace Space(ModelSource source, PictureSet pictures)
    {
        PictureSpace space = new(pictures, source.Has("vae") ? AutoencoderKl.Load(source.Component("vae")) : null);
        int channels = _unet.Model.Config.InChannels;
        return space.Shape[2] == channels ? space
            : throw new PareidoliaException($"'{_base}' draws {channels} channels, the recipe's pictures have {space.Shape[2]}: set \"channels\" of its data section to {channels}.");
    }

    private void RequireWord(Recipe recipe)
    {
        if (_word is not null && !Captions(_train).Any(_word.IsIn))
            throw new PareidoliaException($"\"word\" is '{recipe.Json.Text("word")}', which none of the {_train.Pictures.Count} pictures has in its captions: nothing would be learned; name it in them, such as \"a photo of a {recipe.Json.Text("word")}\".");
    }

    private (WeightStore, LoraFactors?, WordRows?) Learner(Recipe recipe, ClipTokenizer tokenizer)
    {
        JsonConfig json = recipe.Json;
        string method = json.Text("method", "lora")!;
        if (TrainsText && method != "lora")
            throw new PareidoliaException($"\"train_text_encoder\" is for the method lora; this recipe's is {method}.");
        if (method == "full")
            return (_unet.Weights, null, null);
        WeightStore own = WeightStore.Initialise(recipe.Seed);
        return method switch
        {
            "lora" => (own, new LoraFactors(Parts(json), own, json.Int("rank", 8), json.Double("alpha", json.Int("rank", 8))), null),
            "textual-inversion" => (own, null, new WordRows(_text.Model, tokenizer, own, json.Text("word") ?? "", json.Int("vectors", 1), json.Text("initial_word") ?? "")),
            _ => throw new PareidoliaException($"\"method\" is \"{method}\"; lora, textual-inversion and full are known."),
        };
    }

    private IEnumerable<LoraPart> Parts(JsonConfig json)
    {
        yield return LoraPart.UNet(_unet.Weights, json);
        if (TrainsText)
            yield return LoraPart.TextEncoder(_text.Weights, json);
    }

    // Captions as the UNet reads them, [b, n, c]: computed anew where they lead to what is learned, else once for all.
    private Func<IReadOnlyList<string>, Tensor> States(ClipTokenizer tokenizer)
    {
        if (_word is not null)
            return _word.Encode;
        return TrainsText
            ? captions => _text.Model.Forward(ClipEmbeddings.Ids(tokenizer, captions)).LastHidden
            : CaptionEmbeddings.Of(_text.Model, tokenizer, Captions(_train).Concat(Captions(_prior))).Of;
    }

    private static IEnumerable<string> Captions(PictureSet? set) => set?.Pictures.SelectMany(picture => picture.Record.Captions) ?? [];

    private string Caption(PictureSet set, int index, TorchCpuGenerator random)
    {
        float[] draw = new float[2];
        random.Rand(draw);
        IReadOnlyList<string> captions = set.Pictures[index].Record.Captions;
        return draw[0] < _captionDropout && _word is null ? "" : captions[(int)(draw[1] * captions.Count)];
    }

    private Tensor Loss(Tensor clean, string[] captions, TorchCpuGenerator random, IDictionary<string, double> metrics, string prefix)
    {
        Tensor context = _states(captions);
        return _task.Loss(clean, random, (noisy, times) => _unet.Model.Forward(noisy, times, context), metrics, prefix);
    }

    // The model's folder with another UNet in it.
    private void ExportModel(string folder)
    {
        if (!Directory.Exists(_base))
            throw new PareidoliaException($"'{_base}' is a single file: a whole fine-tuned model is written beside the parts of a folder; convert it first (pareidolia convert).");
        foreach (string file in Directory.GetFiles(_base, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(_base, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
        _unet.Model.Save(Path.Combine(folder, "unet"), _unet.Weights, SafetensorsType.F16);
    }
}
