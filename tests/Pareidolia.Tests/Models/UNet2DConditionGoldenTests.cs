using System.Text.Json;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Forward passes of diffusers' class, whole networks of every published shape.</summary>
public sealed class UNet2DConditionGoldenTests
{
    // Blocks of k-diffusion's own upscalers, which no published text-to-image model has.
    private static readonly string[] s_laterBlocks = ["KDownBlock2D", "KCrossAttnDownBlock2D"];

    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("unet2d_condition");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prediction_is_that_of_diffusers(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        Assert.SkipWhen(IsLater(golden), $"{name}: the blocks of k-diffusion's upscalers are not built.");
        using Scope scope = new();
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(golden.Folder, GoldenCase.Device(device));
        Tensor sample = Layout.ChannelsLast.Load(golden.Inputs["sample"], unet.Weights.Device);
        Tensor context = Layout.Plain.Load(golden.Inputs["encoder_hidden_states"], unet.Weights.Device);
        foreach (string output in golden.Outputs.Keys.Where(key => key.StartsWith("sample.", StringComparison.Ordinal)))
        {
            float[] times = golden.Inputs[output.Replace("sample", "timestep", StringComparison.Ordinal)].ToSingle();
            Tensor predicted = unet.Model.Forward(sample, times, context, Extras(golden, unet.Weights.Device));
            golden.Check(output, Layout.ChannelsLast.Unload(predicted.ToArray(), golden.Outputs[output].Shape));
        }
    }

    internal static bool IsLater(GoldenCase golden) =>
        golden.Config.TryGetProperty("down_block_types", out JsonElement types)
        && types.EnumerateArray().Any(type => s_laterBlocks.Contains(type.GetString()));

    internal static UNetExtras Extras(GoldenCase golden, Backend device) => new()
    {
        TextEmbeds = Optional(golden, "text_embeds", device),
        TimeIds = Optional(golden, "time_ids", device),
        ContextMask = Optional(golden, "encoder_attention_mask", device),
        ClassLabels = golden.Inputs.TryGetValue("class_labels", out GoldenTensor? labels) ? [.. labels.ToInt64().Select(label => (int)label)] : null,
    };

    private static Tensor? Optional(GoldenCase golden, string key, Backend device) =>
        golden.Inputs.TryGetValue(key, out GoldenTensor? stored) ? Layout.Plain.Load(stored, device) : null;
}
