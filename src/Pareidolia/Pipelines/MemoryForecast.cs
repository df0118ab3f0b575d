using Pareidolia.Models;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>What drawing one guided picture takes in memory, from a model's configs alone.</summary>
/// <param name="WeightBytes">The weights that drawing needs, as float32.</param>
/// <param name="DenoisingBytes">The UNet's tensors at their most, for the prompt and the negative prompt together.</param>
/// <param name="DecodingBytes">The autoencoder's tensors at their most.</param>
public sealed record MemoryForecast(long WeightBytes, long DenoisingBytes, long DecodingBytes)
{
    // Prompt and negative prompt.
    private const int Guided = 2;

    /// <summary>The most that is held at one time.</summary>
    public long PeakBytes => WeightBytes + Math.Max(DenoisingBytes, DecodingBytes);

    /// <summary>The forecast for a picture of this size; null for what is no text-to-image model with UNet and autoencoder.</summary>
    /// <param name="model">The model.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <exception cref="PareidoliaException">A config is broken.</exception>
    public static MemoryForecast? Of(ModelSource model, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.Has("unet") || !model.Has("vae"))
            return null;
        (int cellPixels, Func<double, double> decoder) = Decoder(model.Component("vae").Config);
        string upscaler = Path.Combine(model.Path, "upscaler");
        PixelShuffleUpscalerConfig? enlarges = Directory.Exists(upscaler) ? PixelShuffleUpscalerConfig.FromJson(new ModelComponent(upscaler).Config) : null;
        int factor = cellPixels * (enlarges?.Scale ?? 1);
        (double w, double h) = (Math.Ceiling((double)width / factor), Math.Ceiling((double)height / factor));
        double denoising = Guided * UNetFloats(UNet2DConditionConfig.FromJson(model.Component("unet").Config), w * h);
        double decoding = Math.Max(decoder(w * h), enlarges is null ? 0 : UpscalerFloats(enlarges, w * h * cellPixels * cellPixels));
        long weights = Weights(model.Names.Select(model.Component)) + (enlarges is null ? 0 : Weights([new ModelComponent(upscaler)]));
        return new MemoryForecast(weights, (long)(sizeof(float) * denoising), (long)(sizeof(float) * decoding));
    }

    private static long Weights(IEnumerable<ModelComponent> parts)
    {
        long count = 0;
        foreach (ModelComponent part in parts.Where(part => part.HasWeights))
        {
            using StoredWeights weights = part.OpenWeights();
            count += weights.Names.Sum(tensor => weights.Entry(tensor).Count);
        }
        return sizeof(float) * count;
    }

    // Skips pile up on the way down and are used up on the way up; each layer works on top of those that are left.
    private static double UNetFloats(UNet2DConditionConfig config, double cells)
    {
        IReadOnlyList<int> channels = config.BlockOutChannels;
        Stack<double> skips = new([channels[0] * cells]);
        Stack<int> widths = new([channels[0]]);
        double peak = 0;
        for (int level = 0; level < channels.Count; level++)
        {
            for (int i = 0; i < config.LayersPerBlock[level]; i++)
            {
                peak = Math.Max(peak, skips.Sum() + (cells * Layer(config, level, widths.Peek(), config.DownBlockTypes[level])));
                Push(channels[level]);
            }
            cells = level < channels.Count - 1 ? cells / 4 : cells;
            if (level < channels.Count - 1)
                Push(channels[level]);
        }
        peak = Math.Max(peak, skips.Sum() + (cells * Layer(config, channels.Count - 1, channels[^1], "CrossAttn")));
        int width = channels[^1];
        for (int level = channels.Count - 1; level >= 0; level--)
        {
            // A block keeps what each of its layers made until it ends.
            double held = width * cells;
            for (int i = 0; i <= config.LayersPerBlock[level]; i++)
            {
                int both = width + widths.Pop();
                double work = both + Layer(config, level, both, config.UpBlockTypes[channels.Count - 1 - level]);
                peak = Math.Max(peak, skips.Sum() + held + (cells * work));
                _ = skips.Pop();
                held += channels[level] * cells;
                width = channels[level];
            }
            cells = level > 0 ? cells * 4 : cells;
            peak = Math.Max(peak, skips.Sum() + held + (level > 0 ? 2 * width * cells : 0));
        }
        return peak;

        void Push(int count)
        {
            skips.Push(count * cells);
            widths.Push(count);
        }
    }

    // A residual block, or the transformer after it, whichever is more: channels of a cell.
    private static double Layer(UNet2DConditionConfig config, int level, int inputs, string block)
    {
        int outputs = config.BlockOutChannels[level];
        double transformer = block.StartsWith("CrossAttn", StringComparison.Ordinal)
            // Its norm and projection, its blocks' results, then a block's norms and sums and the two halves of its wide layer.
            ? outputs * (2.0 + (config.TransformerLayersPerBlock[level] - 1) + 5 + 13)
            : 0;
        return Math.Max(Resnet(inputs, outputs), outputs + transformer);
    }

    // Norm, convolution, norm, shortcut, convolution.
    private static double Resnet(int inputs, int outputs) => inputs + (outputs * (inputs == outputs ? 3 : 4));

    // Pixels of a cell, and what decoding holds at the most for a number of cells.
    private static (int CellPixels, Func<double, double> Floats) Decoder(JsonConfig config)
    {
        if (config.Text("_class_name") == "AutoencoderTiny")
        {
            AutoencoderTinyConfig tiny = AutoencoderTinyConfig.FromJson(config);
            // A block's input, three convolutions and what follows each.
            return (tiny.Factor, cells => 7.0 * tiny.DecoderBlockOutChannels[^1] * cells * tiny.Factor * tiny.Factor);
        }
        AutoencoderKlConfig full = config.Text("_class_name") == "VQModel" ? VqModelConfig.FromJson(config).Halves : AutoencoderKlConfig.FromJson(config);
        return (full.Factor, cells => DecoderFloats(full, cells));
    }

    private static double DecoderFloats(AutoencoderKlConfig config, double cells)
    {
        double peak = 0;
        int width = config.BlockOutChannels[^1];
        for (int level = config.BlockOutChannels.Count - 1; level >= 0; level--)
        {
            int outputs = config.BlockOutChannels[level];
            peak = Math.Max(peak, cells * (width + Resnet(width, outputs)));
            width = outputs;
            cells = level > 0 ? cells * 4 : cells;
            peak = Math.Max(peak, level > 0 ? cells * (0.25 + 2) * width : cells * (2 * width + 3));
        }
        return peak;
    }

    private static double UpscalerFloats(PixelShuffleUpscalerConfig config, double pixels) =>
        pixels * ((config.Channels * (1.0 + (3 * config.Blocks))) + (12 * config.Scale * config.Scale));
}
