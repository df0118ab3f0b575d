// LoRA: Low-Rank Adaptation of Large Language Models, https://arxiv.org/abs/2106.09685
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Training.FineTuning;

/// <summary>
/// Low-rank factors beside a UNet's matrices: W + alpha / rank B A, with A [rank, in] random and B [out, rank] zero at the start. Saved under the names
/// of kohya's trainer and under those of PEFT and diffusers.
/// </summary>
internal sealed class LoraFactors
{
    /// <summary>What kohya's file is called in a run's model folder.</summary>
    public const string KohyaFile = "lora.safetensors";

    /// <summary>What diffusers calls PEFT's.</summary>
    public const string PeftFile = "pytorch_lora_weights.safetensors";

    private readonly List<(string Layer, Tensor Weight, Tensor Down, Tensor Up)> _layers = [];
    private readonly int _rank;
    private readonly double _alpha;

    /// <summary>Factors for all linear layers whose names end with one of the targets.</summary>
    /// <param name="unet">The network's parameters.</param>
    /// <param name="weights">Where the factors are kept.</param>
    /// <param name="rank">Rows of A.</param>
    /// <param name="alpha">The strength: alpha / rank multiplies.</param>
    /// <param name="targets">Ends of layers' names, such as <c>to_q</c>.</param>
    /// <exception cref="PareidoliaException">No layer has such a name.</exception>
    public LoraFactors(WeightStore unet, WeightStore weights, int rank, double alpha, IReadOnlyList<string> targets)
    {
        if (rank is < 1 or > 1024)
            throw new PareidoliaException($"\"rank\" is {rank}; a whole number from 1 to 1024 is needed.");
        (_rank, _alpha) = (rank, alpha);
        foreach (Parameter parameter in unet.Parameters.Where(parameter => parameter.Tensor.Rank == 2 && IsTarget(parameter.Name, targets)))
        {
            string layer = parameter.Name[..^".weight".Length];
            WeightScope scope = weights.Root[layer];
            _layers.Add((layer, parameter.Tensor, scope["lora_A"].Get("weight", [rank, parameter.Tensor.Shape[1]], Initializer.FanIn),
                scope["lora_B"].Get("weight", [parameter.Tensor.Shape[0], rank], Initializer.Zeros)));
        }
        if (_layers.Count == 0)
            throw new PareidoliaException($"The network has no linear layers named {string.Join(", ", targets)}: \"targets\" are ends of their names, such as to_q.");
    }

    /// <summary>Opens the changed matrices for the layers that run on this thread. Its tensors belong to the caller's scope.</summary>
    public AddedWeights Open() => new(_layers.ToDictionary(
        layer => layer.Weight, layer => layer.Weight + layer.Up.MatMul(layer.Down).Scale((float)(_alpha / _rank))));

    /// <summary>Writes both files.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(Path.Combine(folder, KohyaFile), _layers.SelectMany(layer => Kohya(layer.Layer, layer.Down, layer.Up)));
        SafetensorsWriter.Write(Path.Combine(folder, PeftFile), _layers.SelectMany(layer => Peft(layer.Layer, layer.Down, layer.Up)));
    }

    private static bool IsTarget(string name, IReadOnlyList<string> targets) =>
        targets.Any(target => name.EndsWith($".{target}.weight", StringComparison.Ordinal));

    private IEnumerable<SafetensorsSource> Kohya(string layer, Tensor down, Tensor up)
    {
        string name = $"lora_unet_{layer.Replace('.', '_')}";
        yield return Source($"{name}.lora_down.weight", down, 1);
        yield return Source($"{name}.lora_up.weight", up, 1);
        yield return new SafetensorsSource($"{name}.alpha", SafetensorsType.F32, [], stream => stream.Write(BitConverter.GetBytes((float)_alpha)));
    }

    // PEFT's names have no alpha beside them: the strength is in B.
    private IEnumerable<SafetensorsSource> Peft(string layer, Tensor down, Tensor up)
    {
        yield return Source($"unet.{layer}.lora_A.weight", down, 1);
        yield return Source($"unet.{layer}.lora_B.weight", up, _alpha / _rank);
    }

    private static SafetensorsSource Source(string name, Tensor tensor, double factor) => new(
        name, SafetensorsType.F32, [tensor.Shape[0], tensor.Shape[1]], stream =>
        {
            using Scope scope = new();
            stream.Write(TensorFiles.Bytes(factor == 1 ? tensor : tensor.Scale((float)factor), SafetensorsType.F32));
        });
}
