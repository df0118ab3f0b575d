using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Tests.Tensors;
using Pareidolia.Training;
using Pareidolia.Training.FineTuning;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training.FineTuning;

/// <summary>Blocks that are computed again on the way back give the same gradients, byte for byte, for less memory. Runs alone: memory is counted for the whole process.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class GradientCheckpointingTests
{
    [Theory]
    [InlineData(""" "method": "full" """)]
    [InlineData(""" "method": "lora", "rank": 4 """)]
    [InlineData(""" "method": "lora", "rank": 4, "train_text_encoder": true """)]
    [InlineData(""" "method": "textual-inversion", "word": "square", "initial_word": "cat" """)]
    public void Gradients_are_the_same_and_memory_is_less(string method)
    {
        (Dictionary<string, float[]> kept, long keptPeak) = Step(method);
        (Dictionary<string, float[]> recomputed, long recomputedPeak) = Step($"""{method}, "gradient_checkpointing": true """);
        Assert.Contains(kept.Values, gradient => gradient.Any(value => value != 0));
        Assert.Equal(kept.Keys.Order(), recomputed.Keys.Order());
        Assert.All(kept, pair => Assert.Equal(pair.Value, recomputed[pair.Key]));
        Assert.True(recomputedPeak < 0.6 * keptPeak, $"{method}: the step takes {recomputedPeak} bytes, and {keptPeak} where everything is kept.");
    }

    // The gradients of one step, and the most bytes that it takes beyond what was there.
    private static (Dictionary<string, float[]> Gradients, long Peak) Step(string method)
    {
        using TemporaryFolder folder = new();
        using FineTuneTrainer trainer = TinyFineTuning.Trainer(folder, method, size: 128);
        TrainingPhase phase = trainer.Phases[0];
        phase.Follow(true);
        // Factors B that are zero would leave A without a gradient.
        foreach (Parameter parameter in phase.Moved.Where(parameter => parameter.Name.EndsWith("lora_B.weight", StringComparison.Ordinal)))
            parameter.Tensor.AddInPlace(Tensor.Full(parameter.Tensor.Shape, 0.01f), 1);
        TensorMemory.ResetPeak();
        long start = TensorMemory.PeakBytes;
        using Scope scope = new();
        using Tape tape = new();
        tape.Backward(phase.Loss([0, 1, 2, 3], new TorchCpuGenerator(1), new Dictionary<string, double>()));
        long peak = TensorMemory.PeakBytes - start;
        return (phase.Moved.Where(parameter => parameter.Tensor.Gradient is not null)
            .ToDictionary(parameter => parameter.Name, parameter => parameter.Tensor.Gradient!.ToArray()), peak);
    }
}
