using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>A text encoder that learns together with the network that listens to it.</summary>
internal sealed class TrainedTextEncoder
{
    private const string Part = "text_encoder";
    private readonly ClipTextModel _model;
    private readonly ClipTokenizer _tokenizer;
    private readonly WeightStore _weights;
    private readonly Dictionary<string, int[]> _ids = [];

    /// <summary>Begins as <paramref name="start"/>; its parameters join <paramref name="weights"/>.</summary>
    public TrainedTextEncoder(Pretrained<ClipTextModel> start, ClipTokenizer tokenizer, WeightStore weights)
    {
        (_tokenizer, _weights) = (tokenizer, weights);
        _model = new ClipTextModel(start.Model.Config, weights.Root[Part]);
        start.Weights.GiveTo(weights, Part);
    }

    /// <summary>The states of captions [b, tokens, channels]; a tape follows them to the encoder.</summary>
    public Tensor Of(IReadOnlyList<string> captions) =>
        _model.Forward(Tensor.From([.. captions.SelectMany(Ids)], [captions.Count, _tokenizer.MaxLength])).LastHidden;

    /// <summary>Writes the encoder's folder.</summary>
    public void Save(string folder)
    {
        using Pretrained<ClipTextModel> encoder = ClipTextModel.Initialise(_model.Config, 0);
        encoder.Weights.TakeFrom(_weights, Part);
        encoder.Model.Save(folder, encoder.Weights, SafetensorsType.F16);
    }

    private int[] Ids(string caption) => _ids.TryGetValue(caption, out int[]? ids) ? ids : _ids[caption] = [.. _tokenizer.Encode(caption)];
}
