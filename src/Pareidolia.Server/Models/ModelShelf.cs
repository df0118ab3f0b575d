using System.Collections.Concurrent;
using Pareidolia.Adapters;
using Pareidolia.Pipelines;
using Pareidolia.Server.Generate;
using Pareidolia.Text;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Server.Models;

/// <summary>A model that clients may name.</summary>
/// <param name="Name">How.</param>
/// <param name="Path">Its folder or file, which no client sees or chooses.</param>
internal sealed record ShelfModel(string Name, string Path)
{
    /// <summary>Opens it: reads its configs.</summary>
    public ModelSource Open() => RandomModel.IsNamed(Path) ? new RandomModel(Path) : ModelSource.Open(Path);
}

/// <summary>A model in memory, and what joined it.</summary>
internal sealed record LoadedModel(string Key, StableDiffusionPipeline Pipeline);

/// <summary>
/// The models that clients may name, and the one that is in memory. Names are looked up here, so that none becomes a path.
/// </summary>
internal sealed class ModelShelf : IDisposable
{
    /// <summary>The name of the precision whose products are in bfloat16.</summary>
    public const string Bf16 = "bf16";

    /// <summary>The name of the precision whose products are in integers of 8 bits where pictures bear it.</summary>
    public const string Int8 = "int8-products";

    private const int LatentChannels = 4;

    private readonly StudioOptions _options;
    private readonly LoraShelf _loras;
    private readonly ConcurrentDictionary<string, ModelSettings> _settings = new();
    private readonly ConcurrentDictionary<string, ClipTokenizer> _tokenizers = new();

    public ModelShelf(StudioOptions options, LoraShelf loras)
    {
        (_options, _loras) = (options, loras);
        Models = [.. options.Models.Select(path => new ShelfModel(NameOf(path), path))];
        string[] doubled = [.. Models.GroupBy(model => model.Name).Where(group => group.Count() > 1).Select(group => group.Key)];
        if (doubled.Length > 0)
            throw new PareidoliaException($"Two models are called '{doubled[0]}': rename the folder or file of one of them.");
    }

    /// <summary>All of them; the first is the one where none is named.</summary>
    public IReadOnlyList<ShelfModel> Models { get; }

    /// <summary>The one that is in memory; null where none is.</summary>
    public LoadedModel? Loaded { get; private set; }

    /// <summary>The names of precisions.</summary>
    public static IEnumerable<string> Precisions => [.. WeightHolding.Names.Keys, Bf16, Int8];

    /// <summary>The model of a name, in any case, with or without what the web UI writes behind it.</summary>
    /// <param name="name">The name; null for the first.</param>
    /// <exception cref="Refusal">There is none.</exception>
    public ShelfModel Find(string? name)
    {
        if (Models.Count == 0)
            throw new Refusal(503, "This server has no model: start it with --model.");
        if (name is null)
            return Models[0];
        return TryFind(name) ?? throw Refusal.Bad(
            $"There is no model '{(name.Length > 80 ? name[..80] : name)}'; there are {string.Join(", ", Models.Select(model => model.Name))}.", "model");
    }

    /// <summary>The same; null where there is none.</summary>
    public ShelfModel? TryFind(string name)
    {
        string plain = name.Split(" [")[0].Trim();
        return Models.FirstOrDefault(model => model.Name.Equals(plain, StringComparison.OrdinalIgnoreCase)
            || $"{model.Name}.safetensors".Equals(plain, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What a model's author recommends.</summary>
    public ModelSettings SettingsOf(ShelfModel model) => _settings.GetOrAdd(model.Name, _ => ModelSettings.Of(model.Open()));

    /// <summary>Whether a model changes a picture as the prompt says (instruct-pix2pix): its network reads two latents.</summary>
    public static bool EditsPictures(ShelfModel model) => model.Open().Component("unet").Config.Int("in_channels", LatentChannels) == 2 * LatentChannels;

    /// <summary>A model's tokenizer.</summary>
    public ClipTokenizer TokenizerOf(ShelfModel model) => _tokenizers.GetOrAdd(model.Name, _ => TokenizerPart.Load(model.Open().Component("tokenizer")));

    /// <summary>A model as orders ask for its weights to be held.</summary>
    /// <exception cref="Refusal">The precision is not known.</exception>
    public static ModelSource Open(ShelfModel model, string? precision)
    {
        ModelSource source = model.Open();
        if (precision is Bf16 or Int8)
            source.Holding = WeightHolding.For(precision == Bf16, precision == Int8);
        else if (precision is not null)
            source.Holding = new WeightHolding(WeightHolding.Names.TryGetValue(precision, out WeightPrecision held) ? held
                : throw Refusal.Bad($"precision is '{precision}'; there are {string.Join(", ", Precisions)}.", "precision"));
        return source;
    }

    /// <summary>What joins an order's model: what the order names, and what its prompt does.</summary>
    /// <exception cref="Refusal">Something is not there.</exception>
    /// <exception cref="PareidoliaException">The prompt asks for what is not there.</exception>
    public AdapterChoice AdaptersOf(PictureOrder order)
    {
        PromptDialect dialect = order.Dialect is string name ? PromptDialects.Parse(name) : SettingsOf(Find(order.Model)).Defaults.Dialect;
        AdapterChoice adapters = new() { Embeddings = _options.Embeddings, Loras = _loras.Find(order.Loras) };
        return dialect == PromptDialect.A1111 ? adapters.Mentioned([order.Prompt ?? ""], _options.Loras) : adapters;
    }

    /// <summary>Loads what an order draws with, unless it is there. Called by the queue's worker alone.</summary>
    public LoadedModel Load(PictureOrder order)
    {
        ShelfModel model = Find(order.Model);
        AdapterChoice adapters = AdaptersOf(order);
        string key = $"{model.Name}|{order.Precision}|{string.Join(',', adapters.Loras)}";
        if (Loaded?.Key == key)
            return Loaded;
        Unload();
        StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(Open(model, order.Precision), adapters: adapters);
        if (order.Precision is not null)
            (pipeline.Bf16, pipeline.Int8) = (order.Precision == Bf16, order.Precision == Int8);
        return Loaded = new LoadedModel(key, pipeline);
    }

    /// <summary>Lets go of the model that is in memory.</summary>
    public void Unload()
    {
        Loaded?.Pipeline.Dispose();
        Loaded = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Unload();

    private static string NameOf(string path) => RandomModel.IsNamed(path) ? path.Replace(':', '-') : ModelSource.Open(path).Name;
}
