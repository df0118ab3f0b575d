using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>A CLIP with its tokenizer and the way it takes pictures: what is asked of it are pixels and ids.</summary>
internal sealed class ClipReader : IDisposable
{
    private const string PartName = "clip";

    private readonly Pretrained<ClipModel> _clip;
    private readonly ClipTokenizer _tokenizer;
    private readonly float[] _mean;
    private readonly float[] _deviation;

    private ClipReader(Pretrained<ClipModel> clip, ClipTokenizer tokenizer, JsonConfig preprocessor)
    {
        (_clip, _tokenizer) = (clip, tokenizer);
        _mean = PerChannel(preprocessor, "image_mean", ClipPixels.Mean);
        _deviation = PerChannel(preprocessor, "image_std", ClipPixels.Deviation);
    }

    /// <summary>The network.</summary>
    public ClipModel Model => _clip.Model;

    /// <summary>Elements of its weights.</summary>
    public long Parameters => _clip.Weights.Count;

    /// <summary>Where it computes.</summary>
    public Backend Device => _clip.Weights.Device;

    /// <summary>Loads the CLIP of a model folder; its tokenizer is the model's own unless <c>clip/</c> has one.</summary>
    /// <exception cref="PareidoliaException">The model has no CLIP, or it is damaged.</exception>
    public static ClipReader Load(string folder, Backend? device = null)
    {
        string clip = Path.Combine(folder, PartName);
        if (!Directory.Exists(clip))
            throw new PareidoliaException($"'{folder}' has no {PartName}/ to see pictures with: a CLIPModel in that folder is needed.");
        string preprocessor = Path.Combine(clip, "preprocessor_config.json");
        JsonConfig pixels = File.Exists(preprocessor) ? JsonConfig.Load(preprocessor) : JsonConfig.Parse("{}", preprocessor);
        string tokenizer = File.Exists(Path.Combine(clip, "vocab.json")) ? clip : Path.Combine(folder, "tokenizer");
        return new ClipReader(ClipModel.Load(clip, device), ClipTokenizer.Load(tokenizer), pixels);
    }

    /// <summary>A picture as the image tower reads it: [1, size, size, 3].</summary>
    public Tensor Pixels(Image image)
    {
        int size = Model.Config.Vision.ImageSize;
        return Tensor.From(ClipPixels.Of(image, size, _mean, _deviation), [1, size, size, 3], _clip.Weights.Device);
    }

    /// <summary>The ids of texts [b, n]; what goes beyond the longest text is cut.</summary>
    public Tensor Ids(IReadOnlyList<string> texts)
    {
        int length = Math.Min(_tokenizer.MaxLength, Model.Config.Text.MaxPositionEmbeddings);
        int[] ids = [.. texts.SelectMany(text => _tokenizer.Encode(text, length))];
        return Tensor.From(ids, [texts.Count, length], _clip.Weights.Device);
    }

    /// <inheritdoc/>
    public void Dispose() => _clip.Dispose();

    private static float[] PerChannel(JsonConfig config, string key, IReadOnlyList<float> standard)
    {
        float[] values = [.. config.Doubles(key, [.. standard.Select(value => (double)value)]).Select(value => (float)value)];
        return values.Length == standard.Count ? values
            : throw new PareidoliaException($"'{config.Name}': \"{key}\" has {values.Length} numbers; one for each of red, green and blue is needed.");
    }
}
