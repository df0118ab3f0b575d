using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>
/// Prompts to pictures by a GAN, in one pass of its generator: no steps, no guidance. The noise of a picture follows from its seed alone (torch's CPU
/// stream), whatever else is drawn with it.
/// </summary>
public sealed class GanPipeline : IDisposable
{
    private readonly Pretrained<ClipTextModel> _encoder;
    private readonly ClipTokenizer _tokenizer;
    private readonly IConditionalGenerator _generator;
    private readonly WeightStore _weights;

    private GanPipeline(string name, Pretrained<ClipTextModel> encoder, ClipTokenizer tokenizer, IConditionalGenerator generator, WeightStore weights) =>
        (Name, _encoder, _tokenizer, _generator, _weights) = (name, encoder, tokenizer, generator, weights);

    /// <summary>The folder's name.</summary>
    public string Name { get; }

    /// <summary>Height and width of a picture.</summary>
    public int Size => _generator.SampleSize;

    /// <summary>Parameters of the generator.</summary>
    public long ParameterCount => _weights.Count;

    /// <summary>Whether a model folder holds a GAN.</summary>
    public static bool IsAt(string folder) =>
        File.Exists(Path.Combine(folder, "model_index.json")) && new ModelFolder(folder).ClassName == GanFolder.PipelineClass;

    /// <summary>Loads a model folder that a GAN's trainer wrote.</summary>
    /// <exception cref="PareidoliaException">A part is missing or damaged, or the parts do not fit together.</exception>
    public static GanPipeline Load(string folder)
    {
        Pretrained<ClipTextModel> encoder = ClipTextModel.Load(Path.Combine(folder, "text_encoder"));
        WeightStore? weights = null;
        try
        {
            (IConditionalGenerator generator, weights) = Generator(Path.Combine(folder, GanFolder.Generator));
            int texts = encoder.Model.Config.HiddenSize;
            if (generator.TextLength != texts)
                throw new PareidoliaException($"The generator in '{folder}' reads texts of {generator.TextLength} numbers; its text encoder gives {texts}.");
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            return new GanPipeline(name, encoder, ClipTokenizer.Load(Path.Combine(folder, "tokenizer")), generator, weights);
        }
        catch
        {
            weights?.Dispose();
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Fails unless every prompt can be read and so many pictures of each may be asked for.</summary>
    /// <exception cref="PareidoliaException">A prompt is empty or too long, or the count is out of its range.</exception>
    public static void Validate(IReadOnlyList<string> prompts, int count = 1)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        foreach (string prompt in prompts)
            GenerateSettings.RequirePrompt("prompt", prompt);
        GenerateSettings.RequireCount(count);
    }

    /// <summary>Draws one picture for each prompt and its seed.</summary>
    /// <exception cref="PareidoliaException">A prompt is empty or too long.</exception>
    public IReadOnlyList<Image> Generate(IReadOnlyList<string> prompts, IReadOnlyList<ulong> seeds)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(seeds);
        if (prompts.Count != seeds.Count || prompts.Count == 0)
            throw new ArgumentException($"{prompts.Count} prompts and {seeds.Count} seeds are not as many of both.", nameof(seeds));
        Validate(prompts);
        using Scope scope = new();
        Tensor noise = Tensor.Concat(0, [.. seeds.Select(Noise)]);
        return TensorImages.From(_generator.Generate(noise, Texts(prompts)));
    }

    /// <summary>
    /// Walks through the latent space: <paramref name="steps"/> pictures from one prompt and seed to another. Noise turns from one to the other along the
    /// sphere on which it lies (https://arxiv.org/abs/1609.04468), the text's vector moves along the line between both.
    /// </summary>
    /// <exception cref="PareidoliaException">A prompt is empty or too long.</exception>
    public IReadOnlyList<Image> Walk((string Prompt, ulong Seed) from, (string Prompt, ulong Seed) to, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        Validate([from.Prompt, to.Prompt]);
        using Scope scope = new();
        (Tensor startNoise, Tensor endNoise) = (Noise(from.Seed), Noise(to.Seed));
        Tensor startText = Texts([from.Prompt]), endText = Texts([to.Prompt]);
        float[] shares = [.. Enumerable.Range(0, steps).Select(i => i / (steps - 1f))];
        Tensor noise = Tensor.Concat(0, [.. shares.Select(share => Turned(startNoise, endNoise, share))]);
        Tensor texts = Tensor.Concat(0, [.. shares.Select(share => ((startText * (1 - share)) + (endText * share)).RmsNorm(null))]);
        return TensorImages.From(_generator.Generate(noise, texts));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        _weights.Dispose();
    }

    private static (IConditionalGenerator Generator, WeightStore Weights) Generator(string folder)
    {
        string? type = new ModelComponent(folder).ClassName;
        if (type == nameof(DcganGenerator))
        {
            Pretrained<DcganGenerator> dcgan = DcganGenerator.Load(folder);
            return (dcgan.Model, dcgan.Weights);
        }
        if (type == nameof(StackGanGenerator))
        {
            Pretrained<StackGanGenerator> stacked = StackGanGenerator.Load(folder);
            return (stacked.Model, stacked.Weights);
        }
        throw new PareidoliaException($"'{folder}' is of class {type ?? "(none)"}; a {nameof(DcganGenerator)} or a {nameof(StackGanGenerator)} is needed.");
    }

    private Tensor Noise(ulong seed) => Tensor.Randn([1, _generator.NoiseLength], new TorchCpuGenerator(seed));

    private Tensor Texts(IReadOnlyList<string> prompts)
    {
        using Scope scope = new();
        int[] ids = [.. prompts.SelectMany(prompt => _tokenizer.Encode(prompt))];
        return scope.Keep(SentenceVectors.Of(_encoder.Model, Tensor.From(ids, [prompts.Count, _tokenizer.MaxLength])));
    }

    private static Tensor Turned(Tensor start, Tensor end, float share)
    {
        double cosine = (start.L2Normalize() * end.L2Normalize()).Sum().Item(), angle = Math.Acos(Math.Clamp(cosine, -1, 1));
        if (angle < 1e-4)
            return start;
        return (start * (float)(Math.Sin((1 - share) * angle) / Math.Sin(angle))) + (end * (float)(Math.Sin(share * angle) / Math.Sin(angle)));
    }
}
