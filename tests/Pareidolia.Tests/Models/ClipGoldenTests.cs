using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Both towers and the whole against transformers'.</summary>
public sealed class ClipGoldenTests
{
    public static TheoryData<string, string> TextCases => GoldenCase.OnDevices("clip_text");

    public static TheoryData<string, string> VisionCases => GoldenCase.OnDevices("clip_vision");

    public static TheoryData<string, string> FullCases => GoldenCase.OnDevices("clip_full");

    [Theory]
    [MemberData(nameof(TextCases))]
    public void Text_tower(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<ClipTextModel> text = ClipTextModel.Load(golden.Folder, GoldenCase.Device(device));
        ClipTextOutput output = text.Model.Forward(Ids(golden, text.Weights.Device));
        Dictionary<string, Tensor?> actual = new()
        {
            ["last_hidden_state"] = output.LastHidden,
            ["hidden_state_0"] = output.HiddenStates[0],
            ["hidden_state_1"] = output.HiddenStates[1],
            ["hidden_state_penultimate"] = output.Penultimate,
            ["hidden_state_penultimate_final_ln"] = text.Model.FinalNorm(output.Penultimate),
            ["pooler_output"] = output.Pooled,
            ["text_embeds"] = output.Embeds,
        };
        CheckAll(golden, actual);
    }

    [Theory]
    [MemberData(nameof(VisionCases))]
    public void Vision_tower(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<ClipVisionModel> vision = ClipVisionModel.Load(golden.Folder, GoldenCase.Device(device));
        ClipVisionOutput output = vision.Model.Forward(Layout.ChannelsLast.Load(golden.Inputs["pixel_values"], vision.Weights.Device));
        Dictionary<string, Tensor?> actual = new()
        {
            ["last_hidden_state"] = output.LastHidden,
            ["penultimate"] = output.HiddenStates[^2],
            ["pooler_output"] = output.Pooled,
            ["image_embeds"] = output.Embeds,
        };
        CheckAll(golden, actual);
    }

    [Theory]
    [MemberData(nameof(FullCases))]
    public void Both_towers_logits_and_loss(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<ClipModel> clip = ClipModel.Load(golden.Folder, GoldenCase.Device(device));
        Tensor ids = Ids(golden, clip.Weights.Device);
        Tensor pixels = Layout.ChannelsLast.Load(golden.Inputs["pixel_values"], clip.Weights.Device);
        ClipVisionOutput vision = clip.Model.Vision.Forward(pixels);
        (Tensor images, Tensor texts) = (clip.Model.EncodeImage(pixels), clip.Model.EncodeText(ids));
        Tensor logits = clip.Model.Logits(images, texts);
        Dictionary<string, Tensor?> actual = new()
        {
            ["image_embeds"] = images.L2Normalize(),
            ["text_embeds"] = texts.L2Normalize(),
            ["logits_per_image"] = logits,
            ["logits_per_text"] = logits.Transpose(0, 1),
            ["vision_last_hidden_state"] = vision.LastHidden,
            ["vision_penultimate"] = vision.HiddenStates[^2],
            ["vision_pooler_output"] = vision.Pooled,
            ["text_pooler_output"] = clip.Model.Text.Forward(ids).Pooled,
            ["loss"] = golden.Outputs.ContainsKey("loss") ? Tensor.InfoNceLoss(images, texts, clip.Model.LogitScale) : null,
        };
        CheckAll(golden, actual);
    }

    private static Tensor Ids(GoldenCase golden, Backend device)
    {
        GoldenTensor ids = golden.Inputs["input_ids"];
        return Tensor.From([.. ids.ToInt64().Select(id => (int)id)], new Shape(ids.Shape), device);
    }

    private static void CheckAll(GoldenCase golden, Dictionary<string, Tensor?> actual)
    {
        foreach (string output in golden.Outputs.Keys)
            golden.Check(output, actual[output]!.ToArray());
    }
}
