using Pareidolia.Adapters;
using Pareidolia.Graph.Values;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Graph.Running;

/// <summary>
/// The weights that graphs have asked for. Values in a graph say which weights they mean; here those are loaded when a node first uses them, and stay
/// until others take their place.
/// </summary>
internal sealed class LoadedWeights : IDisposable
{
    // A base model and its refiner; or one with and one without a LoRA.
    private const int MostModels = 2;
    private const int MostParts = 3;

    // Weights are as many for pictures of any size.
    private const int AnySide = 64;

    private readonly GraphFolders _folders;
    private readonly LeastRecent<LoadedModel> _models;
    private readonly LeastRecent<LoadedText> _texts;
    private readonly LeastRecent<PictureDecoder> _vaes;
    private readonly LeastRecent<Pretrained<ControlNetModel>> _controls;
    private readonly LeastRecent<PictureUpscaler> _upscalers;

    public LoadedWeights(GraphFolders folders, Backend? device, Action<long> makeRoom)
    {
        (_folders, Device) = (folders, device);
        (_models, _texts) = (new LeastRecent<LoadedModel>(MostModels, makeRoom), new LeastRecent<LoadedText>(MostModels, makeRoom));
        _vaes = new LeastRecent<PictureDecoder>(MostParts, makeRoom);
        (_controls, _upscalers) = (new LeastRecent<Pretrained<ControlNetModel>>(MostParts, makeRoom), new LeastRecent<PictureUpscaler>(MostParts, makeRoom));
    }

    /// <summary>Where networks compute; null for the usual device.</summary>
    public Backend? Device { get; }

    /// <summary>Bytes of all weights that are in memory.</summary>
    public long Bytes => _models.Bytes + _texts.Bytes + _vaes.Bytes + _controls.Bytes + _upscalers.Bytes;

    /// <summary>The diffusion model, with the whole of it where it is one's.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, or a LoRA does not fit.</exception>
    public LoadedModel Model(ModelChoice choice) => _models.Get(KeyOf(choice), () => SizeOf(choice), () => Load(choice));

    /// <summary>What reads its prompts: that of any copy in memory whose text encoder is the same.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, or a LoRA does not fit.</exception>
    public PromptEncoder Text(ModelChoice choice) => choice.Part == ModelPart.Text
        ? _texts.Get(KeyOf(choice), () => SizeOf(choice), () => LoadText(choice)).Encoder
        : (_models.Find(key => key.EndsWith($"\n{choice.TextKey}", StringComparison.Ordinal)) ?? Model(choice)).Whole!.Text;

    /// <summary>An autoencoder.</summary>
    /// <exception cref="PareidoliaException">It is missing or damaged.</exception>
    public PictureDecoder Vae(VaeValue vae) => !vae.OfCheckpoint
        ? _vaes.Get(Stamp(vae.Path), () => SizeOf(vae.Path), () => PictureDecoder.Load(vae.Path, Device))
        : (_models.Find(key => key.StartsWith($"{Stamp(vae.Path)}\n", StringComparison.Ordinal)) ?? Model(new ModelChoice(vae.Path, []))).Whole!.Decoder;

    /// <summary>A ControlNet for a model.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, or for another family of models.</exception>
    public ControlNetModel Control(string path, ModelChoice choice) => _controls.Get(
        $"{Stamp(path)}\n{choice.Checkpoint}", () => SizeOf(path), () => ControlNetFile.Load(path, Model(choice).UNet.Model.Config, Device)).Model;

    /// <summary>A network that enlarges pictures.</summary>
    /// <exception cref="PareidoliaException">It is missing or damaged.</exception>
    public PictureUpscaler Upscaler(string path) => _upscalers.Get(Stamp(path), () => SizeOf(path), () => PictureUpscaler.Load(path, Device));

    /// <summary>Lets go of all weights; what is asked for again is loaded again.</summary>
    public void Free()
    {
        _models.Clear();
        _texts.Clear();
        _vaes.Clear();
        _controls.Clear();
        _upscalers.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Free();

    private static string Stamp(string path) => File.Exists(path) ? $"{path}|{File.GetLastWriteTimeUtc(path).Ticks}" : path;

    // Of a file, or of all files in a folder.
    private static long SizeOf(string path) => File.Exists(path) ? new FileInfo(path).Length
        : Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;

    // Whole models begin with the file itself, by which their autoencoders are found.
    private static string KeyOf(ModelChoice choice) =>
        $"{(choice.Part == ModelPart.Whole ? "" : $"{choice.Part} ")}{Stamp(choice.Checkpoint)}\n{string.Join('|', choice.Files.Skip(1).Select(Stamp))}\n{choice.Key}\n{choice.TextKey}";

    private long SizeOf(ModelChoice choice) =>
        (choice.Part == ModelPart.Whole ? MemoryForecast.Of(Source(choice), AnySide, AnySide)?.WeightBytes : null) ?? choice.Own.Sum(SizeOf);

    private ModelSource Source(ModelChoice choice)
    {
        SingleFileOptions options = new() { Tokenizer = _folders.Tokenizer };
        return choice.Part switch
        {
            ModelPart.UNet => new SingleFileModel(choice.Checkpoint, options with { Opens = UNetFile.Open }),
            ModelPart.Text => new TextEncoderFiles(choice.Own, options),
            _ => ModelSource.Open(choice.Checkpoint, options),
        };
    }

    private AdapterChoice Adapters(IReadOnlyList<LoraChoice> loras) =>
        new() { Loras = loras, Embeddings = _folders.FoldersOf(ModelFolders.Embeddings).FirstOrDefault(Directory.Exists) };

    private LoadedModel Load(ModelChoice choice)
    {
        if (choice.Mix is ModelMix mix)
            return Changed(Load(mix.First), model => Mix(model, mix, choice.Loras));
        ModelSource source = Source(choice);
        JsonConfig scheduler = source.Component("scheduler").Config;
        if (choice.Part == ModelPart.UNet)
            return Changed(new LoadedModel(UNet2DConditionModel.Load(source.Component("unet"), Device), scheduler), model => model.AddLoras(choice.Loras));
        IReadOnlyList<double> colours = ModelSettings.Of(source).LatentRgb;
        ModelParts parts = ModelParts.Load(source, Adapters(choice.Loras), Device);
        return new LoadedModel(parts.UNet, scheduler) { Whole = parts, LatentRgb = colours };
    }

    private LoadedText LoadText(ModelChoice choice) => choice.Mix is ModelMix mix
        ? Changed(LoadText(mix.First), text =>
        {
            text.Encoder.Mix(Text(mix.Second), mix.Text);
            text.AddLoras(choice.Loras);
        })
        : Changed(new LoadedText(PromptEncoder.Load(Source(choice), Adapters(choice.Loras), Device)), text => text.AddLoras(choice.Loras));

    // In a copy of the first: others may be drawing with that itself.
    private void Mix(LoadedModel model, ModelMix mix, IReadOnlyList<LoraChoice> loras)
    {
        if (mix.UNet != 1)
            model.UNet.Weights.Mix(Model(mix.Second).UNet.Weights, mix.UNet);
        if (mix.Text != 1)
            model.Whole!.Text.Mix(Text(mix.Second), mix.Text);
        model.AddLoras(loras);
    }

    private static T Changed<T>(T loaded, Action<T> change) where T : IDisposable
    {
        try
        {
            change(loaded);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }
}

/// <summary>Things that are dear to load; of more than some, the one that was longest not asked for goes.</summary>
/// <param name="most">How many.</param>
/// <param name="makeRoom">Told the size of each before it is loaded.</param>
internal sealed class LeastRecent<T>(int most, Action<long> makeRoom) where T : class, IDisposable
{
    // The newest last.
    private readonly List<(string Key, long Bytes, T Value)> _held = [];

    /// <summary>The size of all.</summary>
    public long Bytes => _held.Sum(held => held.Bytes);

    /// <summary>The thing of a key, loaded where it is not there.</summary>
    public T Get(string key, Func<long> bytes, Func<T> load)
    {
        int found = _held.FindIndex(held => held.Key == key);
        if (found >= 0)
        {
            (string, long, T Value) held = _held[found];
            _held.RemoveAt(found);
            _held.Add(held);
            return held.Value;
        }
        // First the room, then the thing: two large models need not be in memory for one to be loaded.
        while (_held.Count >= most)
            Remove(0);
        long size = bytes();
        makeRoom(size);
        _held.Add((key, size, load()));
        return _held[^1].Value;
    }

    /// <summary>The newest whose key is such; null where there is none.</summary>
    public T? Find(Predicate<string> isSuch) => _held.FindLast(held => isSuch(held.Key)).Value;

    /// <summary>Releases all.</summary>
    public void Clear()
    {
        while (_held.Count > 0)
            Remove(_held.Count - 1);
    }

    private void Remove(int place)
    {
        _held[place].Value.Dispose();
        _held.RemoveAt(place);
    }
}
