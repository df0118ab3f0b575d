using Pareidolia.Models;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Adapters;

/// <summary>What joins a model when it is loaded; the model's own files stay as they are.</summary>
public sealed record AdapterChoice
{
    /// <summary>A folder of words learned by textual inversion, each called by its file's name; null for none.</summary>
    public string? Embeddings { get; init; }

    /// <summary>LoRAs, each added to what those before it made.</summary>
    public IReadOnlyList<LoraChoice> Loras { get; init; } = [];

    /// <summary>Files or folders of ControlNets; each follows a picture of <c>GenerateSettings.Controls</c>, in this order.</summary>
    public IReadOnlyList<string> ControlNets { get; init; } = [];

    /// <summary>A file or folder of an autoencoder, full or tiny, in the place of the model's own; null for its own.</summary>
    public string? Vae { get; init; }

    /// <summary>The same with the LoRAs that prompts in the web UI's dialect ask for: <c>&lt;lora:name:weight&gt;</c>.</summary>
    /// <param name="prompts">The prompts of one run, which share one model: all have to ask for the same.</param>
    /// <param name="folder">Where the files are, in folders of it too; null where there are none.</param>
    /// <exception cref="PareidoliaException">A file is missing, prompts differ, or a prompt asks for another kind of network.</exception>
    public AdapterChoice Mentioned(IEnumerable<string> prompts, string? folder)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        List<IReadOnlyList<NetworkMention>> mentions = [.. prompts.Select(prompt => NetworkMentions.Take(prompt).Found)];
        if (mentions.Find(found => !found.SequenceEqual(mentions[0])) is not null)
            throw new PareidoliaException("The prompts of this run ask for different LoRAs; they change the model when it is loaded, so run them separately.");
        return mentions.Count == 0 ? this : this with { Loras = [.. Loras, .. mentions[0].Select(mention => Found(mention, folder))] };
    }

    /// <summary>Fails unless the ControlNets are such and fit a model, as far as configs and the names and sizes of tensors tell.</summary>
    /// <exception cref="PareidoliaException">One is missing, damaged, something else, or one for another family of models.</exception>
    public void RequireControlNets(ModelSource model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (ControlNets.Count == 0)
            return;
        UNet2DConditionConfig unet = UNet2DConditionConfig.FromJson(model.Component("unet").NeededConfig());
        foreach (string path in ControlNets)
            _ = ControlNetFile.Structure(path, unet);
    }

    private static LoraChoice Found(NetworkMention mention, string? folder)
    {
        if (mention.Kind is not ("lora" or "lyco"))
            throw new PareidoliaException($"The prompt asks for <{mention.Kind}:{mention.Name}>; of such networks only lora is known here.");
        if (folder is null || !Directory.Exists(folder))
            throw new PareidoliaException($"The prompt asks for <{mention.Kind}:{mention.Name}>: "
                + (folder is null ? "name the folder of LoRAs with --lora-dir." : $"the folder of LoRAs '{folder}' does not exist."));
        string file = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .FirstOrDefault(file => LoraChoice.Endings.Contains(Path.GetExtension(file)) && Path.GetFileNameWithoutExtension(file) == mention.Name)
            ?? throw new PareidoliaException($"The prompt asks for <{mention.Kind}:{mention.Name}>, but '{folder}' has no file '{mention.Name}.safetensors'.");
        return new LoraChoice(file, mention.UNetWeight, mention.TextWeight);
    }
}
