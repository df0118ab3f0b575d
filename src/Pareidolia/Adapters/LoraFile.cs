using System.Text.RegularExpressions;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Adapters;

/// <summary>A file of low-rank changes to a model's layers, in the namings of kohya, LyCORIS, PEFT and diffusers.</summary>
internal sealed partial class LoraFile : IDisposable
{
    // Ends of tensors' names and what they are called here. What is not listed is of no kind that is known here.
    private static readonly Dictionary<string, string> s_ends = new(StringComparer.Ordinal)
    {
        ["lora_down.weight"] = "down", ["lora_up.weight"] = "up", ["lora_mid.weight"] = "mid", ["alpha"] = "alpha", ["dora_scale"] = "magnitude",
        ["lora_A.weight"] = "down", ["lora_B.weight"] = "up", ["lora_magnitude_vector"] = "magnitude", ["lora_magnitude_vector.weight"] = "magnitude",
        ["lora_linear_layer.down.weight"] = "down", ["lora_linear_layer.up.weight"] = "up", ["lora.down.weight"] = "down", ["lora.up.weight"] = "up",
        ["diff"] = "diff", ["diff_b"] = "diff_b",
    };

    private readonly StoredWeights _file;
    private readonly List<LoraLayer> _layers = [];
    private readonly List<string> _unknown = [];

    private LoraFile(StoredWeights file) => _file = file;

    /// <summary>Opens a file.</summary>
    /// <exception cref="PareidoliaException">It is missing or broken, or no such file.</exception>
    public static LoraFile Open(string path)
    {
        LoraFile lora = new(StoredWeights.Open(path));
        lora.FindLayers();
        if (lora._layers.Count > 0)
            return lora;
        using (lora)
            throw new PareidoliaException($"'{path}' is no LoRA that is known here: none of its {lora._file.Names.Count} tensors belongs to a "
                + $"LoRA, LoHa, LoKr or DoRA; the first is '{lora._file.Names.FirstOrDefault()}'.");
    }

    /// <summary>Whether any of its layers is one of a model.</summary>
    public bool ChangesAnyOf(LoraNames names) => _layers.Any(layer => names.Find(layer.Name, "weight") is not null);

    /// <summary>Changes a model's layers in place, never its files.</summary>
    /// <returns>A sentence about what belongs to no layer of the model; null where everything does.</returns>
    /// <exception cref="PareidoliaException">The file belongs to another family of models.</exception>
    public string? ApplyTo(LoraNames names, LoraChoice choice)
    {
        List<string> unclaimed = [.. _unknown];
        foreach (LoraLayer layer in _layers)
        {
            bool whole = Changed(layer, "weight", layer.Tensors.Keys.Any(key => key != "diff_b"), names, choice, layer.Applied);
            whole &= Changed(layer, "bias", layer.Tensors.ContainsKey("diff_b"), names, choice, layer.AppliedBias);
            if (!whole)
                unclaimed.Add(layer.Name);
        }
        if (unclaimed.Count >= _layers.Count + _unknown.Count)
            throw new PareidoliaException($"'{_file.Location}' belongs to another family of models: this one has none of its {_layers.Count} layers, "
                + $"the first is '{_layers[0].Name}'.");
        return unclaimed.Count == 0 ? null : $"'{_file.Location}': {unclaimed.Count} of {_layers.Count + _unknown.Count} entries belong to no layer "
            + $"of this model and change nothing, the first is '{unclaimed[0]}'.";
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    [GeneratedRegex(@"^(?<layer>.*?)[._](?<end>(?:hada|lokr)_(?:w[12](?:_[ab])?|t[12]))$")]
    private static partial Regex Lycoris();

    [GeneratedRegex(@"^(?<layer>.*)\.processor\.to_(?<part>q|k|v|out)_lora\.(?<end>down|up)\.weight$")]
    private static partial Regex Processor();

    // True where there was nothing to change.
    private static bool Changed(
        LoraLayer layer, string parameter, bool applies, LoraNames names, LoraChoice choice, Func<Tensor, double, Tensor> change)
    {
        if (!applies)
            return true;
        if (names.Find(layer.Name, parameter) is not LoraTarget target)
            return false;
        double strength = target.IsText ? choice.TextWeight : choice.UNetWeight;
        if (strength == 0)
            return true;
        target.Owner.Change(target.Parameter, weight => change(weight, strength));
        return true;
    }

    private void FindLayers()
    {
        Dictionary<string, Dictionary<string, string>> layers = [];
        foreach (string name in _file.Names)
        {
            if (Split(name) is not (string layer, string end))
            {
                _unknown.Add(name);
                continue;
            }
            if (!layers.TryGetValue(layer, out Dictionary<string, string>? tensors))
                layers.Add(layer, tensors = []);
            tensors[end] = name;
        }
        foreach ((string layer, Dictionary<string, string> tensors) in layers)
        {
            if (IsComplete(tensors))
                _layers.Add(new LoraLayer(_file, layer, tensors, PeftScale.Read(_file, layer)));
            else
                _unknown.AddRange(tensors.Values);
        }
    }

    private static bool IsComplete(Dictionary<string, string> tensors)
    {
        bool Has(params string[] names) => names.All(tensors.ContainsKey);
        return Has("up", "down") || Has("diff") || Has("diff_b") || Has("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b")
            || ((Has("lokr_w1") || Has("lokr_w1_a", "lokr_w1_b")) && (Has("lokr_w2") || Has("lokr_w2_a", "lokr_w2_b")));
    }

    private static (string Layer, string End)? Split(string name)
    {
        name = name.Replace(".default.", ".", StringComparison.Ordinal);
        if (name.StartsWith("base_model.model.", StringComparison.Ordinal))
            name = name["base_model.model.".Length..];
        if (Lycoris().Match(name) is { Success: true } lycoris)
            return (lycoris.Groups["layer"].Value, lycoris.Groups["end"].Value);
        if (Processor().Match(name) is { Success: true } old)
            return ($"{old.Groups["layer"].Value}.to_{old.Groups["part"].Value}{(old.Groups["part"].Value == "out" ? ".0" : "")}", old.Groups["end"].Value);
        foreach ((string end, string known) in s_ends)
            if (name.Length > end.Length && name.EndsWith(end, StringComparison.Ordinal) && name[^(end.Length + 1)] == '.')
                return (name[..^(end.Length + 1)], known);
        return null;
    }
}
