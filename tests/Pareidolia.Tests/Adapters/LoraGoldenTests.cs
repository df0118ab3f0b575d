using System.Text.Json;
using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Adapters;

/// <summary>LoRAs of diffusers on a tiny model: what its networks say, and the weights after merging, in both namings.</summary>
public sealed class LoraGoldenTests
{
    public static TheoryData<string> Cases => GoldenCase.NamesOfKind("lora");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_model_with_it_says_what_diffusers_says(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        Check(golden, "base", null);
        foreach (string file in Directory.GetFiles(golden.Folder, "lora_*.safetensors"))
            foreach (JsonElement scale in golden.Config.GetProperty("scales").EnumerateArray())
                Check(golden, $"lora{scale.GetRawText()}", new LoraChoice(file, scale.GetDouble(), scale.GetDouble()));
    }

    private static void Check(GoldenCase golden, string prefix, LoraChoice? choice)
    {
        string folder = Path.GetFullPath(Path.Combine(golden.Folder, golden.Config.GetProperty("base").GetString()!));
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(Path.Combine(folder, "unet"));
        using Pretrained<ClipTextModel> text = ClipTextModel.Load(Path.Combine(folder, "text_encoder"));
        if (choice is not null)
        {
            using LoraFile lora = LoraFile.Open(choice.Path);
            Assert.Null(lora.ApplyTo(new LoraNames(unet.Weights, [text.Weights]), choice));
            CheckMerged(golden, $"fused{prefix["lora".Length..]}.", unet.Weights);
        }
        using Scope scope = new();
        float[] time = golden.Inputs["timestep"].ToSingle();
        int[] ids = [.. golden.Inputs["input_ids"].ToInt64().Select(id => (int)id)];
        golden.Check($"{prefix}.unet", unet.Model.Forward(
            golden.Input("sample", Backend.Cpu, Layout.ChannelsLast), time, golden.Input("encoder_hidden_states", Backend.Cpu)), Layout.ChannelsLast);
        golden.Check($"{prefix}.text", text.Model.Forward(Tensor.From(ids, new Shape(golden.Inputs["input_ids"].Shape))).LastHidden);
    }

    private static void CheckMerged(GoldenCase golden, string prefix, WeightStore weights)
    {
        foreach (string output in golden.Outputs.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            Parameter parameter = weights.Parameters.Single(parameter => parameter.Name == output[prefix.Length..]);
            golden.Check(output, parameter.Tensor, Layout.ChannelsLast);
        }
    }
}
