// LoRA: Low-Rank Adaptation of Large Language Models, https://arxiv.org/abs/2106.09685
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Training.FineTuning;

/// <summary>
/// Low-rank factors beside matrices of a model's networks: W + alpha / rank B A, with A [rank, in] random and B [out, rank] zero at the start. Saved under the names
/// of kohya's trainer and under those of PEFT and diffusers.
/// </summary>
internal sealed class LoraFactors
{
    /// <summary>What kohya's file is called in a run's model folder.</summary>
    public const string KohyaFile = "lora.safetensors";

    /// <summary>What diffusers calls PEFT's.</summary>
    public const string PeftFile = "pytorch_lora_weights.safetensors";

    private readonly List<Factors> _layers = [];
    private readonly int _rank;
    private readonly double _alpha;

    /// <summary>Factors for all layers that are to be changed.</summary>
    /// <param name="parts">The networks.</param>
    /// <param name="weights">Where the factors are kept.</param>
    /// <param name="rank">Rows of A.</param>
    /// <param name="alpha">The strength: alpha / rank multiplies.</param>
    /// <exception cref="PareidoliaException">The rank makes no sense, or a network has no such layers.</exception>
    public LoraFactors(IEnumerable<LoraPart> parts, WeightStore weights, int rank, double alpha)
    {
        if (rank is < 1 or > 1024)
            throw new PareidoliaException($"\"rank\" is {rank}; a whole number from 1 to 1024 is needed.");
        (_rank, _alpha) = (rank, alpha);
        foreach (LoraPart part in parts)
            foreach ((string layer, Tensor weight) in part.Layers())
            {
                WeightScope scope = weights.Root[part.Place + layer];
                _layers.Add(new Factors(
                    part.Kohya + layer.Replace('.', '_'), part.Peft + layer, weight, scope["lora_A"].Get("weight", [rank, weight.Shape[1]], Initializer.FanIn),
                    scope["lora_B"].Get("weight", [weight.Shape[0], rank], Initializer.Zeros)));
            }
    }

    /// <summary>Opens the changed matrices for the layers that run on this thread. Its tensors belong to the caller's scope.</summary>
    public AddedWeights Open() => new(_layers.ToDictionary(
        layer => layer.Weight, layer => layer.Weight + layer.Up.MatMul(layer.Down).Scale((float)(_alpha / _rank))));

    /// <summary>Writes both files.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(Path.Combine(folder, KohyaFile), _layers.SelectMany(Kohya));
        SafetensorsWriter.Write(Path.Combine(folder, PeftFile), _layers.SelectMany(Peft));
    }

    private IEnumerable<SafetensorsSource> Kohya(Factors layer)
    {
        yield return Source($"{layer.Kohya}.lora_down.weight", layer.Down, 1);
        yield return Source($"{layer.Kohya}.lora_up.weight", layer.Up, 1);
        yield return new SafetensorsSource($"{layer.Kohya}.alpha", SafetensorsType.F32, [], stream => stream.Write(BitConverter.GetBytes((float)_alpha)));
    }

    // PEFT's names have no alpha beside them: the strength is in B.
    private IEnumerable<SafetensorsSource> Peft(Factors layer)
    {
        yield return Source($"{layer.Peft}.lora_A.weight", layer.Down, 1);
        yield return Source($"{layer.Peft}.lora_B.weight", layer.Up, _alpha / _rank);
    }

    private static SafetensorsSource Source(string name, Tensor tensor, double factor) => new(
        name, SafetensorsType.F32, [tensor.Shape[0], tensor.Shape[1]], stream =>
        {
            using Scope scope = new();
            stream.Write(TensorFiles.Bytes(factor == 1 ? tensor : tensor.Scale((float)factor), SafetensorsType.F32));
        });

    // What both kinds of file call a layer, its matrix W [out, in], A [rank, in] and B [out, rank].
    private sealed record Factors(string Kohya, string Peft, Tensor Weight, Tensor Down, Tensor Up);
}
