using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Imagined;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>
/// What drawing takes in memory and arithmetic, from a model's configs alone: the networks run once without computing, as <see cref="DryRun"/> does.
/// What a picture is made from is not in it.
/// </summary>
/// <param name="Text">Reading the prompt and, where it is guided, the negative prompt.</param>
/// <param name="Denoising">One question to the UNet.</param>
/// <param name="Decoding">Making one picture of its latent.</param>
/// <param name="Staged">Whether only the weights of the stage that runs are held.</param>
public sealed record MemoryForecast(StageForecast Text, StageForecast Denoising, StageForecast Decoding, bool Staged)
{
    // The runtime, its code and heap, and the buffers that the kernels of the CPU device keep.
    private const long ProgramBytes = 130_000_000;

    /// <summary>All weights that are held at a time.</summary>
    public long WeightBytes => Staged ? Stages.Max(stage => stage.WeightBytes) : Stages.Sum(stage => stage.WeightBytes);

    /// <summary>The most that tensors hold at one time.</summary>
    public long PeakBytes => Stages.Max(stage => Weights(stage) + stage.TensorBytes);

    /// <summary>The most that the process takes: tensors, spare buffers, and the program itself.</summary>
    public long ProcessBytes => Stages.Max(stage => Weights(stage) + stage.PooledBytes) + ProgramBytes;

    private StageForecast[] Stages => [Text, Denoising, Decoding];

    /// <summary>The forecast; null for what is no text-to-image model with a UNet, or what cannot run as its configs describe it.</summary>
    /// <param name="model">The model, its weights held as they will be.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="pictures">Pictures that are denoised together.</param>
    /// <param name="guided">Whether the negative prompt is asked too.</param>
    /// <param name="controls">Files or folders of ControlNets that join it; null for none.</param>
    /// <exception cref="PareidoliaException">A config is broken, or a ControlNet is none for this model.</exception>
    public static MemoryForecast? Of(
        ModelSource model, int width, int height, int pictures = 1, bool guided = true, IReadOnlyList<string>? controls = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!LatentCodec.Serves(model))
            return null;
        PixelShuffleUpscalerConfig? upscaler = PictureDecoder.UpscalerConfigOf(model);
        int factor = FactorOf(model, upscaler);
        // A single file does not tell heads and groups, so what is guessed for it need not run; they hardly matter for memory.
        foreach (bool plain in (bool[])[false, true])
        {
            DryModel dry = new(model, Cells(width, factor), Cells(height, factor), pictures, guided, controls ?? [], plain);
            try
            {
                return new MemoryForecast(dry.Text(), dry.Denoising(), dry.Decoding(upscaler), model.Holding.Staged);
            }
            catch (TensorException)
            {
                // Whoever loads the model is told why.
            }
        }
        return null;
    }

    /// <summary>The same with a model beside it that takes over before the end of each run.</summary>
    /// <param name="refiner">What that model takes.</param>
    /// <param name="switchAt">The share of the run before, 0 to 1.</param>
    internal MemoryForecast With(MemoryForecast refiner, double switchAt) => this with
    {
        Text = Text.Beside(refiner.Text, Text.Asked + refiner.Text.Asked),
        Denoising = Denoising.Beside(refiner.Denoising, Mixed(Denoising.Asked, refiner.Denoising.Asked, switchAt)),
        Decoding = Decoding.Beside(StageForecast.Nothing with { WeightBytes = refiner.Decoding.WeightBytes }, Decoding.Asked),
    };

    /// <summary>The arithmetic of one batch of pictures.</summary>
    /// <param name="steps">Questions to the UNet.</param>
    /// <param name="pictures">Pictures that are decoded.</param>
    public Arithmetic Asked(int steps, int pictures) => Text.Asked + (steps * Denoising.Asked) + (pictures * Decoding.Asked);

    /// <summary>Pixels of a picture for each cell of its latent, in each direction.</summary>
    internal static int FactorOf(ModelSource model, PixelShuffleUpscalerConfig? upscaler) =>
        LatentCodec.FactorOf(model) * (upscaler?.Scale ?? 1) * CascadeStage.ScaleOf(model);

    private static Arithmetic Mixed(Arithmetic first, Arithmetic second, double share)
    {
        long Mix(long one, long other) => (long)((share * one) + ((1 - share) * other));
        return new Arithmetic(Mix(first.Products, second.Products), Mix(first.Windowed, second.Windowed),
            Mix(first.Attended, second.Attended), Mix(first.Passed, second.Passed));
    }

    private long Weights(StageForecast stage) => Staged ? stage.WeightBytes : WeightBytes;

    private static int Cells(int pixels, int factor) => (pixels + factor - 1) / factor;
}
