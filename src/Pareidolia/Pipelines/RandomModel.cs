using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Models;
using Pareidolia.Text;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Pipelines;

/// <summary>
/// A model that needs no file: the structure of a published one with random weights, made when they are read. It draws noise, in the time and the
/// memory of the real one. Its vocabulary is CLIP's letters without merges, so a prompt has as many tokens as bytes.
/// </summary>
public sealed class RandomModel : ModelSource
{
    private const string Prefix = "random:";
    private const ulong Seed = 15;

    private static readonly Dictionary<string, RandomStructure> s_structures = new()
    {
        ["sd15"] = RandomStructure.Sd15, ["sdxl"] = RandomStructure.Sdxl, ["tiny"] = RandomStructure.Tiny,
    };

    private readonly Dictionary<string, Func<ModelComponent>> _parts = [];

    /// <summary>A model by its name: <c>random:sd15</c>, or of its parts one, <c>random:sd15-unet</c>.</summary>
    /// <exception cref="PareidoliaException">There is no such structure.</exception>
    public RandomModel(string name)
        : base(name)
    {
        (string kind, string? part) = name[Prefix.Length..].Split('-') is [string first, string second] ? (first, second) : (name[Prefix.Length..], null);
        if (!s_structures.TryGetValue(kind, out RandomStructure? structure) || part is not (null or "unet" or "vae" or "text"))
            throw new PareidoliaException($"There is no model '{name}'; of random weights there are "
                + $"{string.Join(", ", s_structures.Keys.Select(known => Prefix + known))}, and of each the parts -unet, -vae and -text.");
        if (part is null or "text")
            AddText(structure);
        if (part is null or "unet")
            Add("unet", "UNet2DConditionModel", structure.UNet.Write, at => new UNet2DConditionModel(structure.UNet, at));
        if (part is null or "vae")
            Add("vae", "AutoencoderKL", structure.Vae.Write, at => new AutoencoderKl(structure.Vae, at));
        if (part is not null)
            return;
        JsonObject scheduler = InferredScheduler.Config(structure.Family, velocity: false, zeroTerminal: false);
        _parts.Add("scheduler", () => new ModelComponent(Path, (string)scheduler["_class_name"]!, JsonConfig.Parse(scheduler.ToJsonString(), Path), null));
        ClassName = structure.Text.Count > 1 ? "StableDiffusionXLPipeline" : "StableDiffusionPipeline";
    }

    /// <inheritdoc/>
    public override string? ClassName { get; }

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => _parts.Keys;

    /// <summary>The vocabulary of all of them.</summary>
    internal static ClipVocabulary Vocabulary { get; } = ClipVocabulary.FromMerges([]);

    /// <summary>Whether a name stands for a model of random weights.</summary>
    public static bool IsNamed(string? name) => name is not null && name.StartsWith(Prefix, StringComparison.Ordinal);

    private protected override ModelComponent Find(string name) => _parts.TryGetValue(name, out Func<ModelComponent>? part)
        ? part()
        : throw new PareidoliaException($"'{Path}' has no component {name}; it has {string.Join(", ", Names)}.");

    private void AddText(RandomStructure structure)
    {
        foreach ((ClipTextConfig config, (string encoder, string tokenizer)) in structure.Text.Zip(TextTower.Parts))
        {
            Add(encoder, config.ClassName, config.Write, at => new ClipTextModel(config, at, config.WithProjection ? config.ProjectionDim : null));
            _parts.Add(tokenizer, () => new ModelComponent(Path, "CLIPTokenizer", JsonConfig.Parse("{}", Path), null));
        }
    }

    private void Add(string name, string className, Action<Utf8JsonWriter> config, Func<WeightScope, object> build) =>
        _parts.Add(name, () => new ModelComponent(Path, className, ConfigOf(config), () => new RandomWeights(Path, TensorsOf(build), Seed)));

    private JsonConfig ConfigOf(Action<Utf8JsonWriter> write)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
            write(json);
        return JsonConfig.Parse(Encoding.UTF8.GetString(text.ToArray()), Path);
    }

    // What the layers ask for, without memory.
    private static IEnumerable<StoredTensor> TensorsOf(Func<WeightScope, object> build)
    {
        using WeightStore store = WeightStore.Outline();
        _ = store.Build(build);
        return [.. store.Parameters.Select(parameter => new StoredTensor(parameter.Name, SafetensorsType.F32, TensorFiles.ExtentsOf(parameter)))];
    }
}
