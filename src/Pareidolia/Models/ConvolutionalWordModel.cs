// Natural Language Processing (Almost) from Scratch, https://arxiv.org/abs/1103.0398
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Words to vectors, and vectors of words in their sentence. A sentence is a matrix [words, dictionary] of one-hot rows; the first convolution over
/// it is one word wide, which is to look a row up (key <c>embeddings</c>); the next ones see a word and its neighbours: a wide one, one channel at a time
/// (key <c>neighbours</c>), and beside it several, all channels together (keys <c>layers.i</c>). The contextual vector of a place, times every word's row, guesses the word that
/// stands there.
/// </summary>
public sealed class ConvolutionalWordModel
{
    private readonly Embedding _words;
    private readonly Tensor _neighbours;
    private readonly WordConvolution[] _layers;
    private readonly LayerNorm _norm;
    private readonly Tensor _bias;

    /// <summary>Builds at a place in a store.</summary>
    public ConvolutionalWordModel(ConvolutionalWordConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _words = new Embedding(config.VocabSize, config.HiddenSize, weights["embeddings"], (float)config.InitializerRange);
        _neighbours = weights["neighbours"].Get("weight", [config.HiddenSize, config.Neighbours, 1], Initializer.Ones, WeightLayout.ChannelsFirst);
        _layers = [.. config.Dilations.Select((dilation, i) => new WordConvolution(config, dilation, weights["layers"][i]))];
        _norm = new LayerNorm(config.HiddenSize, weights["final_layer_norm"], (float)config.LayerNormEps);
        _bias = weights["prediction"].Get("bias", [config.VocabSize], Initializer.Zeros);
    }

    /// <summary>The numbers it was built with.</summary>
    public ConvolutionalWordConfig Config { get; }

    /// <summary>The table of words [dictionary, c]: the vectors of words without their context.</summary>
    public Tensor Words => _words.Weight;

    /// <summary>Loads a model's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<ConvolutionalWordModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load(new ModelComponent(folder), device, json => Builder(ConvolutionalWordConfig.FromJson(json)));

    /// <summary>A new network.</summary>
    public static Pretrained<ConvolutionalWordModel> Initialise(ConvolutionalWordConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, Builder(config));

    /// <summary>Writes a model's folder.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.TransformersWeights, Config.Write, weights, type);

    /// <summary>Contextual vectors [b, n, c] of I32 ids [b, n].</summary>
    /// <exception cref="TensorException">The ids have another rank, or one is not of the dictionary.</exception>
    public Tensor Encode(Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Rank != 2 || ids.Shape[1] < 1)
            throw new TensorException($"ConvolutionalWordModel: ids {ids.Shape} should be [b, n] with n at least 1.");
        using Scope scope = new();
        return scope.Keep(Contextual(_words.Forward(ids)));
    }

    /// <summary>The same of sentence matrices [b, n, dictionary]: rows need not be one-hot. Slow; what <see cref="Encode"/> computes.</summary>
    public Tensor EncodeMatrix(Tensor sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        using Scope scope = new();
        Tensor kernel = _words.Weight.To(DType.F32).Transpose(0, 1).Reshape(Config.HiddenSize, 1, Config.VocabSize);   // [c, 1 wide, dictionary]
        return scope.Keep(Contextual(sentences.Conv1d(kernel, null)));
    }

    /// <summary>What stands at some places: contextual vectors [m, c] to logits [m, dictionary].</summary>
    public Tensor Predict(Tensor vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        return vectors.Linear(_words.Weight, _bias);
    }

    private Tensor Contextual(Tensor x)
    {
        Tensor around = x.Conv1d(_neighbours, null, padding: Config.Neighbours / 2, groups: Config.HiddenSize);   // [b, n, c]
        foreach (WordConvolution layer in _layers)
            x = layer.Forward(x);                                                                          // [b, n, c]
        return _norm.Forward(x + around);
    }

    private static Func<WeightScope, ConvolutionalWordModel> Builder(ConvolutionalWordConfig config) => weights => new ConvolutionalWordModel(config, weights);
}

/// <summary>A convolution over a word and its neighbours on a layer norm, an activation, a linear layer, plus the input.</summary>
internal sealed class WordConvolution
{
    private readonly int _dilation;
    private readonly int _padding;
    private readonly LayerNorm _norm;
    private readonly Tensor _kernel;
    private readonly Tensor _bias;
    private readonly Linear _out;

    public WordConvolution(ConvolutionalWordConfig config, int dilation, WeightScope weights)
    {
        int c = config.HiddenSize;
        (_dilation, _padding) = (dilation, dilation * (config.KernelSize / 2));
        _norm = new LayerNorm(c, weights["norm"], (float)config.LayerNormEps);
        _kernel = weights["conv"].Get("weight", [c, config.KernelSize, c], Initializer.FanIn, WeightLayout.ChannelsFirst);
        _bias = weights["conv"].Get("bias", [c], Initializer.Zeros);
        _out = new Linear(c, c, weights["out"], initializer: Initializer.Normal(1 / MathF.Sqrt(2 * c * config.Dilations.Count)));
    }

    /// <summary>[b, n, c] to the same shape.</summary>
    public Tensor Forward(Tensor x)
    {
        using Scope scope = new();
        Tensor h = _norm.Forward(x).Conv1d(_kernel, _bias, padding: _padding, dilation: _dilation).Gelu();   // [b, n, c]
        return scope.Keep(_out.Forward(h, residual: x));
    }
}
