using Pareidolia.Diffusion;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Diffusion;

/// <summary>Golden pictures are [b, c, h, w]; samplers see [b, h, w, c].</summary>
internal static class GoldenPictures
{
    /// <summary>An input as the samplers want it.</summary>
    public static Tensor Picture(this GoldenCase golden, string input) => golden.Input(input, Backend.Cpu, Layout.ChannelsLast);

    /// <summary>One entry of a recorded sequence.</summary>
    public static Tensor Entry(this GoldenTensor sequence, int index)
    {
        int bytes = sequence.Bytes.Length / sequence.Shape[0];
        GoldenTensor entry = new(sequence.DType, sequence.Shape[1..], sequence.Bytes[(index * bytes)..((index + 1) * bytes)]);
        return Layout.ChannelsLast.Load(entry, Backend.Cpu);
    }

    /// <summary>Elements in the order of the golden files.</summary>
    public static float[] ChannelsFirst(this Tensor tensor)
    {
        Shape shape = tensor.Shape;
        return Layout.ChannelsLast.Unload(tensor.ToArray(), [shape[0], shape[3], shape[1], shape[2]]);
    }
}

/// <summary>Plays the network and the noise of a recorded trajectory, and keeps what they were asked.</summary>
internal sealed class Recording(GoldenCase golden)
{
    private readonly List<float> _inputs = [];
    private readonly List<float> _timesteps = [];
    private int _calls;

    /// <summary>The recorded output of this call, whatever the input.</summary>
    public Tensor Answer(Tensor input, double timestep)
    {
        _inputs.AddRange(input.ChannelsFirst());
        _timesteps.Add((float)timestep);
        return golden.Outputs["model_outputs"].Entry(_calls++);
    }

    /// <summary>The noise that the reference drew after its last call of the network.</summary>
    public Tensor Noise(NoiseLevel from, NoiseLevel to)
    {
        // Churn draws before the network is asked: the number of the step is that of the call to come.
        int step = golden.Description.GetProperty("step_args").TryGetProperty("s_churn", out _) ? _calls : _calls - 1;
        int place = Array.IndexOf(golden.Inputs["step_noise_step"].ToInt64(), step);
        return golden.Inputs["step_noise"].Entry(place);
    }

    /// <summary>The network was asked exactly what the reference asked it.</summary>
    public void CheckCalls()
    {
        golden.Check("model_inputs", [.. _inputs]);
        if (golden.Outputs["timesteps"].DType == "I64")
            Assert.Equal(golden.Outputs["timesteps"].ToSingle(), _timesteps);
        else
            golden.Check("timesteps", [.. _timesteps]);
    }
}
