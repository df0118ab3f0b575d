using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Forward passes of diffusers' class without a text.</summary>
public sealed class UNet2DGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("unet2d");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prediction_is_that_of_diffusers(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<UNet2DModel> unet = UNet2DModel.Load(golden.Folder, GoldenCase.Device(device));
        Tensor sample = Layout.ChannelsLast.Load(golden.Inputs["sample"], unet.Weights.Device);
        int[]? labels = golden.Inputs.TryGetValue("class_labels", out GoldenTensor? stored) ? [.. stored.ToInt64().Select(label => (int)label)] : null;
        foreach (string output in golden.Outputs.Keys.Where(key => key.StartsWith("sample.", StringComparison.Ordinal)))
        {
            float[] times = golden.Inputs[output.Replace("sample", "timestep", StringComparison.Ordinal)].ToSingle();
            Tensor predicted = unet.Model.Forward(sample, times, labels);
            golden.Check(output, Layout.ChannelsLast.Unload(predicted.ToArray(), golden.Outputs[output].Shape));
        }
    }
}
