using System.Globalization;
using Pareidolia.Nn.Optimizers;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>All that a run needs to go on, in one file that is replaced atomically: parameters, averages, optimiser state and the step.</summary>
internal sealed class Checkpoint(string path, Trainer trainer, IReadOnlyList<Optimizer> optimizers, ExponentialAverage? average)
{
    /// <summary>Writes the state after <paramref name="step"/> finished steps.</summary>
    public void Save(int step, double seconds)
    {
        Dictionary<string, string> metadata = new()
        {
            ["format"] = "pt",
            ["step"] = step.ToString(CultureInfo.InvariantCulture),
            ["seconds"] = seconds.ToString("R", CultureInfo.InvariantCulture),
            ["recipe"] = trainer.Recipe.Text,
        };
        SafetensorsWriter.Write(path, Tensors().Select(Source), metadata);
    }

    /// <summary>Restores the state, if there is one: finished steps and seconds spent.</summary>
    /// <exception cref="PareidoliaException">The file is damaged or belongs to another recipe.</exception>
    public (int Step, double Seconds) Restore()
    {
        if (!File.Exists(path))
            return (0, 0);
        using SafetensorsFile file = new(path);
        if (file.Metadata.GetValueOrDefault("recipe") != trainer.Recipe.Text)
            throw new PareidoliaException($"'{path}' was written under another recipe; finish that run, or choose another --run folder.");
        foreach ((string name, Tensor tensor) in Tensors())
        {
            using Scope scope = new();
            tensor.CopyFrom(TensorFiles.Read(file, name, tensor.Device));
        }
        int step = int.Parse(file.Metadata["step"], CultureInfo.InvariantCulture);
        foreach (Optimizer optimizer in optimizers)
            optimizer.Steps = step;
        return (step, double.Parse(file.Metadata["seconds"], CultureInfo.InvariantCulture));
    }

    private static SafetensorsSource Source((string Name, Tensor Tensor) entry) =>
        new(entry.Name, SafetensorsType.F32, [.. entry.Tensor.Shape.Select(extent => (long)extent)], stream => stream.Write(TensorFiles.Bytes(entry.Tensor, SafetensorsType.F32)));

    private IEnumerable<(string Name, Tensor Tensor)> Tensors()
    {
        foreach (Parameter parameter in trainer.Weights.Parameters)
            yield return ("model." + parameter.Name, parameter.Tensor);
        foreach ((int phase, Optimizer optimizer) in optimizers.Index())
            foreach ((string name, Tensor tensor) in optimizer.State)
                yield return ($"optimizer{(phase == 0 ? "" : phase)}.{name}", tensor);
        for (int i = 0; i < (average?.Averages.Count ?? 0); i++)
            yield return ($"average.{i}", average!.Averages[i]);
    }
}
