using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Pipelines;

/// <summary>An autoencoder that was named apart from its model: a folder, or a file whose keys tell what it is.</summary>
internal static class VaeFile
{
    private const string Original = "first_stage_model.";

    // What trainers of autoencoders leave in their files.
    private static readonly string[] s_leftBehind = ["loss.", "model_ema.", "discriminator."];

    /// <summary>Loads one: a full autoencoder in either layout, or a tiny one in any.</summary>
    /// <param name="path">The folder or the file.</param>
    /// <param name="own">The autoencoder of the model: its numbers count where a file does not tell them.</param>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="PareidoliaException">It is missing, damaged, or no autoencoder that is known here.</exception>
    public static LatentCodec Load(string path, ModelComponent? own, Backend? device)
    {
        if (Directory.Exists(path))
            return LatentCodec.Load(new ModelComponent(FolderOf(path)), device);
        StoredWeights file = StoredWeights.Open(path);
        try
        {
            if (TinyAutoencoderKeys.Mapped(file, () => Encoder(path)) is StoredWeights tiny)
            {
                AutoencoderTinyConfig config = AutoencoderTinyConfig.Infer(tiny);
                return LatentCodec.Of(ModelStorage.Load(tiny, device, at => new AutoencoderTiny(config, at)));
            }
            StoredWeights full = InDiffusersLayout(file, path);
            AutoencoderKlConfig inferred = Config(full, path, own);
            return LatentCodec.Of(ModelStorage.Load(full, device, at => new AutoencoderKl(inferred, at)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // A whole model's folder has its autoencoder in a folder of its own.
    private static string FolderOf(string path) => Directory.Exists(Path.Combine(path, "vae")) ? Path.Combine(path, "vae") : path;

    // TAESD's halves lie side by side: taesd_decoder.safetensors, taesd_encoder.safetensors.
    private static StoredWeights? Encoder(string path)
    {
        string name = Path.GetFileName(path).Replace("decoder", "encoder", StringComparison.Ordinal);
        string beside = Path.Combine(Path.GetDirectoryName(path) ?? "", name);
        return name != Path.GetFileName(path) && File.Exists(beside) ? StoredWeights.Open(beside) : null;
    }

    private static StoredWeights InDiffusersLayout(StoredWeights file, string path)
    {
        if (file.Has("decoder.up_blocks.0.resnets.0.conv1.weight"))
            return file;
        string prefix = file.Has($"{Original}decoder.conv_in.weight") ? Original : "";
        if (!file.Has($"{prefix}decoder.conv_in.weight"))
            throw new PareidoliaException($"'{path}' is {What(file)}; an autoencoder (VAE), full or tiny, is needed.");
        Dictionary<string, TensorView> views = (CheckpointPart.Autoencoder with { Prefix = prefix }).ToDiffusers(file.Names);
        HashSet<string> claimed = [.. views.Values.SelectMany(view => view.Sources)];
        return file.Names.FirstOrDefault(name => name.StartsWith(prefix, StringComparison.Ordinal) && !claimed.Contains(name) && !IsLeftBehind(name)) is string lost
            ? throw new PareidoliaException($"'{path}': {SafetensorsHeader.Shown(lost)} belongs to no layer of an autoencoder; it is of a variant that is not known here.")
            : new MappedWeights(file, views);
    }

    private static string What(StoredWeights file) => TinyAutoencoderKeys.IsEncoder(file)
        ? "the encoder of a tiny autoencoder alone: name its decoder"
        : ForeignFile.Describe(file) ?? "of no kind that is known here";

    private static bool IsLeftBehind(string name) => s_leftBehind.Any(start => name.StartsWith(start, StringComparison.Ordinal));

    // Norm groups and the latents' scale leave no trace in shapes.
    private static AutoencoderKlConfig Config(StoredWeights weights, string path, ModelComponent? own)
    {
        AutoencoderKlConfig known = own?.Config.Text("_class_name") is null or "AutoencoderKL" && own is not null ? AutoencoderKlConfig.FromJson(own.Config) : new AutoencoderKlConfig();
        string inferred = new InferredConfig(weights).Autoencoder(known.SampleSize, known.ScalingFactor).ToJsonString();
        return AutoencoderKlConfig.FromJson(JsonConfig.Parse(inferred, path)) with { NormNumGroups = known.NormNumGroups, ShiftFactor = known.ShiftFactor };
    }
}
