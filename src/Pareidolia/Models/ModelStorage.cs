using System.Text.Json;
using Pareidolia.Files;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>A model's folder, read and written: <c>config.json</c> and the weights beside it.</summary>
internal static class ModelStorage
{
    /// <summary>The weights' name in a component of diffusers.</summary>
    public const string DiffusersWeights = "diffusion_pytorch_model.safetensors";

    /// <summary>The weights' name in a component of transformers.</summary>
    public const string TransformersWeights = "model.safetensors";

    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>Loads a model.</summary>
    /// <param name="component">Where it lies.</param>
    /// <param name="device">Where the parameters go.</param>
    /// <param name="read">Reads the config and gives the model's constructor.</param>
    /// <param name="isIgnored">Keys that may stay unclaimed.</param>
    public static Pretrained<T> Load<T>(
        ModelComponent component, Backend? device, Func<JsonConfig, Func<WeightScope, T>> read, Func<string, bool>? isIgnored = null)
    {
        Func<WeightScope, T> build = read(component.NeededConfig());
        return Owned(WeightStore.Load(component.OpenWeights(), device, component.Holding), store => store.Build(build, isIgnored));
    }

    /// <summary>Loads a model whose config is known, and closes the weights.</summary>
    public static Pretrained<T> Load<T>(StoredWeights weights, Backend? device, Func<WeightScope, T> build, WeightHolding? holding = null) =>
        Owned(WeightStore.Load(weights, device, holding), store => store.Build(build));

    /// <summary>Makes a new model.</summary>
    public static Pretrained<T> Initialise<T>(ulong seed, Backend? device, Func<WeightScope, T> build) =>
        Owned(WeightStore.Initialise(seed, device), store => store.Build(build));

    /// <summary>Writes the config and the weights; the folder is made where it is missing.</summary>
    public static void Save(string folder, string weightsName, Action<Utf8JsonWriter> config, WeightStore weights, SafetensorsType type)
    {
        MakeFolder(folder);
        weights.Save(Path.Combine(folder, weightsName), type);
        AtomicFile.Write(Path.Combine(folder, "config.json"), stream =>
        {
            using Utf8JsonWriter json = new(stream, Indented);
            config(json);
        });
    }

    private static Pretrained<T> Owned<T>(WeightStore store, Func<WeightStore, T> build)
    {
        try
        {
            return new Pretrained<T>(build(store), store);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot make the folder '{folder}': {error.Message}", error);
        }
    }
}
