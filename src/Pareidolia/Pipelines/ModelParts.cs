using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>The networks of a model.</summary>
/// <param name="Text">Reads the prompt.</param>
/// <param name="UNet">Removes noise.</param>
/// <param name="Decoder">Makes the picture.</param>
internal sealed record ModelParts(PromptEncoder Text, Pretrained<UNet2DConditionModel> UNet, PictureDecoder Decoder) : IDisposable
{
    // As in diffusers' and the web UI's page.
    private const double UsualImageGuidance = 1.5;

    private readonly AppliedLoras _loras = new();
    private StagedWeights? _stages;

    /// <summary>The model's name: its folder's or file's, or the one that it has on its hub.</summary>
    public required string Name { get; init; }

    /// <summary>Pixels of a cell, in each direction, of the pictures of the last stage.</summary>
    public int Factor => Decoder.Factor * Cascade.Aggregate(1, (scale, stage) => scale * stage.Scale);

    /// <summary>Whether the model changes a picture as the prompt says (instruct-pix2pix).</summary>
    public bool EditsPictures => UNet.Model.Config.InChannels == 2 * Decoder.LatentChannels;

    /// <summary>The ControlNets that join them.</summary>
    public List<Pretrained<ControlNetModel>> Controls { get; } = [];

    /// <summary>What the ControlNets are called.</summary>
    public List<string> ControlNames { get; } = [];

    /// <summary>The later stages of a cascade.</summary>
    public IReadOnlyList<CascadeStage> Cascade { get; private set; } = [];

    /// <summary>What a user should know of what was loaded.</summary>
    public List<string> Notes => _loras.Notes;

    /// <summary>Loads all of them side by side: for one small picture, loading is a good part of the time.</summary>
    /// <exception cref="PareidoliaException">One is missing, damaged, or does not fit the others.</exception>
    public static ModelParts Load(ModelSource model, AdapterChoice adapters, Backend? device)
    {
        Task<Pretrained<UNet2DConditionModel>> unet = Task.Run(() => UNet2DConditionModel.Load(model.Component("unet"), device));
        Task<PictureDecoder> decoder = Task.Run(() => PictureDecoder.Load(model, adapters.Vae, device));
        PromptEncoder? text = null;
        try
        {
            text = PromptEncoder.Load(model, adapters, device);
            ModelParts parts = new(text, unet.GetAwaiter().GetResult(), decoder.GetAwaiter().GetResult()) { Name = model.Name };
            parts.RequireFit(model.Path);
            parts.Cascade = CascadeStage.LoadAll(model, device);
            parts.Add(adapters);
            parts.Decoder.Begins = () => parts.Enter(Stage.Pictures);
            return parts;
        }
        catch
        {
            text?.Dispose();
            Release(unet);
            Release(decoder);
            throw;
        }
    }

    /// <summary>Elements of the weights of all networks that draw.</summary>
    public long Parameters => Text.PriorParameters + Enum.GetValues<Stage>().SelectMany(StoresOf).Sum(store => store.Count);

    /// <summary>How strongly an editing model keeps to the picture that it edits; null for all others.</summary>
    public double? ImageGuidanceOf(GenerateSettings settings) => EditsPictures ? settings.ImageGuidance ?? UsualImageGuidance : null;

    /// <summary>Begins a stage: its weights are in memory then.</summary>
    /// <exception cref="PareidoliaException">They are damaged.</exception>
    public void Enter(Stage stage) => (_stages ??= new StagedWeights(StoresOf)).Enter(stage);

    /// <summary>Ends the stage that runs.</summary>
    public void Leave() => _stages?.Leave();

    /// <inheritdoc/>
    public void Dispose()
    {
        _loras.Dispose();
        Controls.ForEach(control => control.Dispose());
        foreach (CascadeStage stage in Cascade)
            stage.Dispose();
        Decoder.Dispose();
        UNet.Dispose();
        Text.Dispose();
    }

    private IEnumerable<WeightStore> StoresOf(Stage stage) => stage switch
    {
        Stage.Text => Text.Stores.OfType<WeightStore>(),
        Stage.Denoising => [UNet.Weights, .. Controls.Select(control => control.Weights), .. Cascade.Select(stage => stage.UNet.Weights)],
        _ => Decoder.Stores,
    };

    private static void Release<T>(Task<T> load) where T : IDisposable
    {
        _ = Task.WaitAny(load);
        if (load.IsCompletedSuccessfully)
            load.Result.Dispose();
    }

    private void Add(AdapterChoice adapters)
    {
        ControlNames.AddRange(adapters.ControlNets.Select(ControlNetFile.NameOf));
        foreach (string path in adapters.ControlNets)
            Controls.Add(ControlNetFile.Load(path, UNet.Model.Config, UNet.Weights.Device, UNet.Weights.Holding));
        AddLoras(adapters.Loras);
    }

    /// <summary>Adds LoRAs to what is there.</summary>
    /// <exception cref="PareidoliaException">One is missing, damaged, or does not fit.</exception>
    public void AddLoras(IReadOnlyList<LoraChoice> loras) => _loras.Add(loras, UNet.Weights, Text.Stores);

    private void RequireFit(string path)
    {
        (int channels, int latent) = (UNet.Model.Config.InChannels, Decoder.LatentChannels);
        if (channels != latent && channels != 2 * latent && channels != (2 * latent) + 1)
            throw new PareidoliaException($"'{path}': the UNet reads {channels} channels; the autoencoder's latents have {latent}, "
                + $"which {latent} or, for editing, {2 * latent} or, for repainting, {(2 * latent) + 1} would fit.");
        UNet2DConditionConfig unet = UNet.Model.Config;
        if (unet.TextWidth != Text.Width)
            throw new PareidoliaException($"'{path}': the UNet reads tokens of {unet.TextWidth} numbers, the text encoder gives {Text.Width}.");
        if (unet.HearsTextAndSize && (unet.ProjectionClassEmbeddingsInputDim - Text.PooledWidth) / unet.AdditionTimeEmbedDim is not (5 or 6))
            throw new PareidoliaException($"'{path}': the UNet reads {unet.ProjectionClassEmbeddingsInputDim} numbers about a whole text and the "
                + $"picture's size, {unet.AdditionTimeEmbedDim} for each of 5 or 6; the text encoder gives {Text.PooledWidth ?? 0} of a whole text.");
    }
}
