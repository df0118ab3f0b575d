using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>
/// All that reads a prompt: one text encoder, or the two of SDXL, whose words are joined and of which the second also sums a text up
/// (https://arxiv.org/abs/2307.01952).
/// </summary>
internal sealed class PromptEncoder : IDisposable
{
    private readonly TextTower[] _towers;
    private readonly Embeddings _learned;
    private readonly HashSet<string> _networks;
    private readonly bool _isXl;
    private readonly bool _silencesEmpty;
    private readonly ImagePrior? _prior;
    private readonly T5Reader? _t5;

    private PromptEncoder(TextTower[] towers, ImagePrior? prior, T5Reader? t5, ModelSource model, AdapterChoice adapters)
    {
        (_prior, _t5) = (prior, t5);
        (_towers, _isXl) = (towers, model.Has(TextTower.Parts[1].Encoder));
        (_learned, _networks) = (Embeddings.Load(adapters.Embeddings), [.. adapters.Loras.Select(lora => lora.Name)]);
        // As diffusers has it by default; the published refiner says no.
        bool usual = model.Has(TextTower.Parts[0].Encoder);
        _silencesEmpty = _isXl && (model is ModelFolder folder ? folder.Index.Bool("force_zeros_for_empty_prompt", usual) : usual);
    }

    /// <summary>Numbers that it says of a token.</summary>
    public int Width => _prior?.Width ?? _t5?.Width ?? _towers.Sum(tower => tower.Width);

    /// <summary>Numbers that it says of a whole text; null where it says none.</summary>
    public int? PooledWidth => _isXl ? _towers[^1].PooledWidth : null;

    /// <summary>The parameters of each place's text encoder; null where a model has none there.</summary>
    public IReadOnlyList<WeightStore?> Stores =>
        [.. TextTower.Parts.Select((_, place) => _towers.FirstOrDefault(tower => tower.Place == place)?.Model.Weights ?? (place == 0 ? _t5?.Weights : null))];

    /// <summary>Elements of the weights that stand for pictures in the place of texts; 0 where texts are read.</summary>
    public long PriorParameters => _prior?.Parameters ?? 0;

    /// <summary>Tokens that are read at once, start and end included.</summary>
    public int Length => _t5?.Length ?? _towers.Min(tower => tower.Length);

    /// <summary>Tokens before a text's own: its start, which T5 does not have.</summary>
    public int Before => _t5 is null ? 1 : 0;

    /// <summary>Whether the network reads where CLIP sees pictures, not the tokens of a text.</summary>
    public bool ReadsPictures => _prior is not null;

    /// <summary>Loads the text encoders of a model, and the learned words that join it.</summary>
    /// <exception cref="PareidoliaException">One is missing or damaged.</exception>
    public static PromptEncoder Load(ModelSource model, AdapterChoice adapters, Backend? device)
    {
        int[] places = [.. TextTower.Parts.Index().Where(part => model.Has(part.Item.Encoder)).Select(part => part.Index)];
        List<TextTower> towers = [];
        ImagePrior? prior = null;
        T5Reader? t5 = null;
        try
        {
            (prior, t5) = (ImagePrior.Load(model, device), T5Reader.Load(model, device));
            foreach (int place in t5 is null ? places.DefaultIfEmpty(0) : [])
                towers.Add(TextTower.Load(model, place, device));
            return new PromptEncoder([.. towers], prior, t5, model, adapters);
        }
        catch
        {
            towers.ForEach(tower => tower.Dispose());
            prior?.Dispose();
            t5?.Dispose();
            throw;
        }
    }

    /// <summary>Mixes the weights of another one of the same make into these.</summary>
    /// <param name="other">The other, which stays as it is.</param>
    /// <param name="share">What stays of these, 1 for all.</param>
    /// <exception cref="PareidoliaException">They are of different makes.</exception>
    public void Mix(PromptEncoder other, double share)
    {
        foreach ((WeightStore? own, WeightStore? theirs) in Stores.Zip(other.Stores).Where(pair => pair.First is not null))
            own!.Mix(theirs ?? throw new PareidoliaException("The second model has not all text encoders of the first: they cannot be mixed."), share);
    }

    /// <summary>The words' text of a token.</summary>
    public string TextOf(int token) => _t5?.TextOf(token) ?? _towers[0].Tokenizer.Decode([token]).Trim();

    /// <summary>The tokens that lie nearest to one in the table of the first text encoder, with the cosine of the angle between them.</summary>
    public IReadOnlyList<(int Token, double Cosine)> Neighbours(int token, int count) => _t5?.Neighbours(token, count) ?? _towers[0].Neighbours(token, count);

    /// <summary>A text's tokens.</summary>
    public Tokens Tokenize(string text) => _t5?.Tokenize(text) ?? _towers[0].Tokenizer.Tokenize(text);

    /// <summary>What the prompts of a batch say to a network, and, where they are guided, the negative prompts; and the prompts of regions.</summary>
    /// <param name="batch">The pictures.</param>
    /// <param name="settings">What they share.</param>
    /// <param name="unet">What the network asks for.</param>
    /// <param name="refining">What a refiner reads, which the result owns.</param>
    /// <param name="second">What a second pass reads, which the result owns.</param>
    public Conditioning Encode(IReadOnlyList<PictureRequest> batch, GenerateSettings settings, UNet2DConditionConfig unet,
        Conditioning? refining = null, Conditioning? second = null)
    {
        List<Conditioning> regions = [];
        try
        {
            foreach (PromptRegion region in settings.Regions)
                regions.Add(Encode([.. batch.Select(picture => picture with { Prompt = region.Prompt })], settings with { Regions = [] }, unet));
            return EncodeWhole(batch, settings, unet, regions, refining, second);
        }
        catch
        {
            regions.ForEach(region => region.Dispose());
            refining?.Dispose();
            second?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What a text says as ComfyUI reads it; of SDXL's two text encoders each may be told its own. The tensors belong to the caller's scope.
    /// </summary>
    /// <param name="first">For the first text encoder.</param>
    /// <param name="second">For SDXL's second.</param>
    /// <param name="layer">Where it is read, counted from the end: 1 is the last; null for the model's usual place.</param>
    public EncodedText Read(string first, string second, int? layer = null)
    {
        TowerPlace place = new(layer ?? (_isXl ? 2 : 1), Normed: !_isXl);
        using Scope scope = new();
        EncodedText[] said = [.. _towers.Select(tower => tower.Read([tower.Place == 0 ? first : second], PromptDialect.ComfyUi, place, _learned)[0])];
        int longest = said.Max(text => text.Context.Shape[1]);
        return Joined([.. said.Zip(_towers, (text, tower) => Lengthened(text, longest, tower, place))]).KeptBy(scope);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TextTower tower in _towers)
            tower.Dispose();
        _prior?.Dispose();
        _t5?.Dispose();
    }

    /// <summary>What stands in the place of texts for a network that reads where CLIP sees pictures.</summary>
    /// <param name="embeddings">One for each picture, [1, 1, d]; what comes of this owns them.</param>
    /// <param name="steps">Steps of the run.</param>
    public Conditioning OfPictures(IReadOnlyList<Tensor> embeddings, int steps)
    {
        EncodedPrompt Whole(Tensor embedding) => new([(steps, new EncodedText(Scope.Detach(embedding), null))]);
        EncodedPrompt[] seen = [.. embeddings.Select(Whole)];
        EncodedPrompt nothing = Whole(Tensor.Zeros([1, 1, Width], embeddings[0].Device));
        return new Conditioning([.. seen.Select(prompt => new PictureConditioning([(1, prompt)], nothing))], [.. seen, nothing]);
    }

    /// <summary>Where CLIP sees pictures, for a network that reads that.</summary>
    /// <exception cref="PareidoliaException">This model's reads texts.</exception>
    public ImagePrior Prior(string model) => _prior ?? throw new PareidoliaException(
        $"'{model}' draws from texts, not from pictures as CLIP sees them; a model of unCLIP is needed, such as recipes/emoji/unclip-decoder.json and unclip-prior.json train.");

    private Conditioning EncodeWhole(IReadOnlyList<PictureRequest> batch, GenerateSettings settings, UNet2DConditionConfig unet,
        IReadOnlyList<Conditioning> regions, Conditioning? refining, Conditioning? second)
    {
        PromptDialect dialect = settings.Dialect;
        if (dialect == PromptDialect.A1111)
            foreach (PictureRequest picture in batch)
                RequireNetworks(picture.Prompt);
        IReadOnlyList<WeightedText>[] parts = [.. batch.Select(picture => PromptReading.Parts(dialect, picture.Prompt))];
        bool guided = settings.ReadsNegative || parts.Any(list => list is not [{ Weight: 1 }]);
        using Scope scope = new();
        Dictionary<string, EncodedPrompt> prompts = Read([.. parts.SelectMany(list => list).Select(part => part.Text)], settings, false);
        Dictionary<string, EncodedPrompt> negatives = guided ? Read([.. batch.Select(picture => picture.Negative)], settings, true) : [];
        EncodedPrompt[] all = [.. prompts.Values, .. negatives.Values];
        Array.ForEach(all, prompt => prompt.Detach());
        return new Conditioning(
            [.. batch.Select((picture, i) => new PictureConditioning(
                [.. parts[i].Select(part => (part.Weight, prompts[part.Text]))], guided ? negatives[picture.Negative] : null))],
            all, SizeNumbers(settings, unet, false), SizeNumbers(settings, unet, true))
        { Regions = regions, Refining = refining, Second = second };
    }

    private void RequireNetworks(string prompt)
    {
        foreach (NetworkMention mention in NetworkMentions.Take(prompt).Found)
            if (!_networks.Contains(mention.Name))
                throw new PareidoliaException($"The prompt asks for <{mention.Kind}:{mention.Name}>, which was not loaded with the model.");
    }

    // Each distinct prompt with the texts of its schedule. Without a schedule, all prompts are read in one go.
    private Dictionary<string, EncodedPrompt> Read(string[] prompts, GenerateSettings settings, bool negative)
    {
        string[] distinct = [.. prompts.Distinct()];
        TowerPlace place = Place(settings, negative);
        if (settings.Dialect == PromptDialect.Plain)
            return distinct.Zip(Read(distinct, settings, place, negative))
                .ToDictionary(pair => pair.First, pair => new EncodedPrompt([(settings.Steps, pair.Second)]));
        SchedulePass pass = new(settings.Steps * settings.AsksPerStep, settings.EarlierQuestions);
        return distinct.ToDictionary(prompt => prompt, prompt =>
        {
            IReadOnlyList<ScheduledText> schedule = PromptReading.Schedule(settings.Dialect, prompt, pass);
            string[] texts = [.. schedule.Select(text => text.Text).Distinct()];
            EncodedText[] encoded = Read(texts, settings, place, negative);
            return new EncodedPrompt([.. schedule.Select(text => (text.Until, encoded[Array.IndexOf(texts, text.Text)]))]);
        });
    }

    // Texts that belong together, through all towers.
    private EncodedText[] Read(string[] texts, GenerateSettings settings, TowerPlace place, bool negative)
    {
        using Scope scope = new();
        if (_prior is not null || _t5 is not null)
            return [.. texts.Select(text => new EncodedText(scope.Keep(_prior?.OfText(text) ?? _t5!.Read(text)), null))];
        IReadOnlyList<EncodedText>[] said = [.. _towers.Select(tower => tower.Read(texts, settings.Dialect, place, _learned))];
        EncodedText[] joined = [.. texts.Select((_, i) => Joined([.. said.Select(tower => tower[i])]))];
        bool silent = negative && _silencesEmpty && settings.Dialect != PromptDialect.ComfyUi;
        return [.. joined.Select((text, i) => (silent && texts[i].Length == 0 ? text.Silenced() : text).KeptBy(scope))];
    }

    // As ComfyUI does where one of two texts has more chunks: the other goes on with empty ones.
    private EncodedText Lengthened(EncodedText text, int length, TextTower tower, TowerPlace place)
    {
        Tensor context = text.Context;
        while (context.Shape[1] < length)
            context = Tensor.Concat(1, context, tower.Read([""], PromptDialect.ComfyUi, place, _learned)[0].Context);
        return text with { Context = context };
    }

    private static EncodedText Joined(EncodedText[] said)
    {
        if (said.Length == 1)
            return said[0];
        int length = said.Min(text => text.Context.Shape[1]);
        Tensor context = Tensor.Concat(-1, [.. said.Select(text => text.Context.Slice(1, 0, length))]);
        return new EncodedText(context, said[^1].Pooled);
    }

    // diffusers counts from the layer that the model was trained with and reads the negative prompt there whatever the clip skip; the web UI
    // and ComfyUI count from the last, and the web UI leaves SDXL as it is.
    private TowerPlace Place(GenerateSettings settings, bool negative)
    {
        int usual = _isXl ? 2 : 1;
        return new TowerPlace(settings.Dialect switch
        {
            PromptDialect.Plain => negative ? usual : usual + settings.ClipSkip - 1,
            PromptDialect.A1111 when _isXl => usual,
            _ => Math.Max(usual, settings.ClipSkip),
        }, Normed: !_isXl);
    }

    private float[]? SizeNumbers(GenerateSettings settings, UNet2DConditionConfig unet, bool negative) => PooledWidth is not int pooled
        ? null
        : settings.Sizes.Numbers(
            (unet.ProjectionClassEmbeddingsInputDim - pooled) / unet.AdditionTimeEmbedDim, settings.Width, settings.Height, negative);
}
