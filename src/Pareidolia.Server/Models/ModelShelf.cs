using System.Collections.Concurrent;
using System.Security.Cryptography;
using Pareidolia.Adapters;
using Pareidolia.Graph;
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

/// <summary>What an order draws with: in memory until this is disposed, and as long after as it has room.</summary>
/// <param name="Model">The model.</param>
/// <param name="Second">Its refiner; null for none.</param>
internal sealed record ModelsInUse(HeldModel Model, HeldModel? Second) : IDisposable
{
    /// <summary>The model.</summary>
    public StableDiffusionPipeline Pipeline => Model.Pipeline;

    /// <summary>Its refiner; null for none.</summary>
    public StableDiffusionPipeline? Refiner => Second?.Pipeline;

    /// <inheritdoc/>
    public void Dispose()
    {
        HeldModels.Release(Model);
        if (Second is not null)
            HeldModels.Release(Second);
    }
}

/// <summary>
/// The models that clients may name, and those that are in memory. Names are looked up here, so that none becomes a path.
/// </summary>
internal sealed class ModelShelf : IDisposable
{
    private const int LatentChannels = 4;

    // Weights are the same at any size, and this one is soon forecast.
    private const int SmallSide = 64;

    private readonly StudioOptions _options;
    private readonly LoraShelf _loras;
    private readonly ControlShelf _controls;
    private readonly HeldModels _held;
    private readonly ConcurrentDictionary<string, ModelSettings> _settings = new();
    private readonly ConcurrentDictionary<string, string?> _hashes = new();
    private readonly ConcurrentDictionary<string, ClipTokenizer> _tokenizers = new();

    public ModelShelf(StudioOptions options, LoraShelf loras, ControlShelf controls)
    {
        (_options, _loras, _controls) = (options, loras, controls);
        _held = new HeldModels(options.MostModelBytes, () => RunForecast.AvailableBytes);
        Models = [.. options.Models.Select(path => new ShelfModel(NameOf(path), path))];
        string[] doubled = [.. Models.GroupBy(model => model.Name).Where(group => group.Count() > 1).Select(group => group.Key)];
        if (doubled.Length > 0)
            throw new PareidoliaException($"Two models are called '{doubled[0]}': rename the folder or file of one of them.");
    }

    /// <summary>All of them; the first is the one where none is named.</summary>
    public IReadOnlyList<ShelfModel> Models { get; }

    /// <summary>The names of those that are in memory, the one that was used last at the end.</summary>
    public IEnumerable<string> Held => _held.All.Select(model => model.Name);

    /// <summary>The model of a name, in any case, with or without what the web UI writes behind it.</summary>
    /// <param name="name">The name; null for the first.</param>
    /// <param name="field">Where the client wrote it.</param>
    /// <exception cref="Refusal">There is none.</exception>
    public ShelfModel Find(string? name, string field = "model")
    {
        if (Models.Count == 0)
            throw new Refusal(503, "This server has no model: start it with --model.");
        if (name is null)
            return Models[0];
        return TryFind(name) ?? throw Refusal.Bad(
            $"There is no model '{(name.Length > 80 ? name[..80] : name)}'; there are {string.Join(", ", Models.Select(model => model.Name))}.", field);
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

    /// <summary>The SHA-256 of a model's file, or of its denoising network's; null where it has none. It is read once.</summary>
    public string? HashOf(ShelfModel model) => _hashes.GetOrAdd(model.Path, path =>
    {
        string network = Path.Combine(path, "unet");
        string? file = File.Exists(path) ? path
            : Directory.Exists(network) ? Directory.EnumerateFiles(network, "*.safetensors").Order(StringComparer.Ordinal).FirstOrDefault() : null;
        if (file is null)
            return null;
        using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    });

    /// <summary>A model as orders ask for its weights to be held.</summary>
    /// <exception cref="Refusal">The precision is not known.</exception>
    public static ModelSource Open(ShelfModel model, string? precision)
    {
        ModelSource source = model.Open();
        if (precision is not null)
            source.Holding = WeightHolding.Named(precision)
                ?? throw Refusal.Bad($"precision is '{precision}'; there are {string.Join(", ", WeightHolding.AllNames)}.", "precision");
        return source;
    }

    /// <summary>What joins an order's model: what the order names, and what its prompt does.</summary>
    /// <exception cref="Refusal">Something is not there.</exception>
    /// <exception cref="PareidoliaException">The prompt asks for what is not there.</exception>
    public AdapterChoice AdaptersOf(PictureOrder order)
    {
        PromptDialect dialect = order.Dialect is string name ? PromptDialects.Parse(name) : SettingsOf(Find(order.Model)).Defaults.Dialect;
        AdapterChoice adapters = new() { Embeddings = _options.Embeddings, Loras = _loras.Find(order.Loras), ControlNets = _controls.Find(order.Controls) };
        return dialect == PromptDialect.A1111 ? adapters.Mentioned([order.Prompt ?? ""], _options.Loras) : adapters;
    }

    /// <summary>Fails unless all that an order names beside its model is there and fits it.</summary>
    /// <exception cref="Refusal">Something is not there, or not for this model.</exception>
    /// <exception cref="PareidoliaException">The models have not in common what they need.</exception>
    public void RequireFit(PictureOrder order)
    {
        ModelSource model = Open(Find(order.Model), order.Precision);
        AdapterChoice adapters = AdaptersOf(order);
        if (order.Refiner is RefinerOrder refiner)
            RefinerHandOver.Require(model, Find(refiner.Model).Open(), refiner.SwitchAt!.Value);
        try
        {
            adapters.RequireControlNets(model);
        }
        catch (PareidoliaException error)
        {
            // Clients know names, and no places.
            throw Refusal.Bad(adapters.ControlNets.Aggregate(error.Message, (said, path) => said.Replace(path, Path.GetFileName(path), StringComparison.Ordinal)), "controls");
        }
    }

    /// <summary>What draws with an order's model, before anything is loaded.</summary>
    public RunCompany CompanyOf(PictureOrder order) => new(order.Refiner is RefinerOrder refiner ? Open(Find(refiner.Model), order.Precision) : null)
    {
        SwitchAt = order.Refiner?.SwitchAt ?? 0,
        ControlNets = _controls.Find(order.Controls),
    };

    /// <summary>Takes what an order draws with into use, loaded unless it is there. Called by the queue's worker alone.</summary>
    /// <param name="order">The order.</param>
    /// <param name="beside">Bytes that its run takes beside the weights; null for few.</param>
    public ModelsInUse Load(PictureOrder order, Func<long>? beside = null)
    {
        HeldModel model = Take(order.Model, order.Precision, AdaptersOf(order), beside);
        try
        {
            return new ModelsInUse(model, order.Refiner is RefinerOrder refiner
                ? Take(refiner.Model, order.Precision, new AdapterChoice { Embeddings = _options.Embeddings }, beside) : null);
        }
        catch
        {
            HeldModels.Release(model);
            throw;
        }
    }

    /// <summary>Shares the budget with the weights that graphs load, each making room for the other. Both run on the queue's worker alone.</summary>
    public void ShareWith(GraphRunner graphs)
    {
        _held.Others = (() => graphs.WeightBytes, () => graphs.Free(models: true));
        graphs.MakeRoom = _held.MakeRoom;
    }

    /// <summary>Lets go of the models that are in memory and not in use.</summary>
    public void Unload() => _held.Clear();

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    private HeldModel Take(string? name, string? precision, AdapterChoice adapters, Func<long>? beside)
    {
        ShelfModel model = Find(name);
        string key = $"{model.Name}|{precision}|{string.Join(',', adapters.Loras)}|{string.Join(',', adapters.ControlNets)}";
        return _held.Take(model.Name, key, () => WeightsOf(model, precision, adapters), beside ?? (() => 0), () => Loaded(model, precision, adapters));
    }

    private static long WeightsOf(ShelfModel model, string? precision, AdapterChoice adapters) =>
        MemoryForecast.Of(Open(model, precision), SmallSide, SmallSide, controls: adapters.ControlNets)?.WeightBytes ?? 0;

    private static StableDiffusionPipeline Loaded(ShelfModel model, string? precision, AdapterChoice adapters)
    {
        StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(Open(model, precision), adapters: adapters);
        if (precision is not null)
            (pipeline.Bf16, pipeline.Int8) = (precision == WeightHolding.Bf16, precision == WeightHolding.Int8Products);
        return pipeline;
    }

    private static string NameOf(string path) => RandomModel.IsNamed(path) ? path.Replace(':', '-') : ModelSource.Open(path).Name;
}
