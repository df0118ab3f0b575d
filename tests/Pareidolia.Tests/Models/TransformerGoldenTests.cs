using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Forward passes of diffusers' denoising transformers.</summary>
public sealed class TransformerGoldenTests
{
    public static TheoryData<string, string> DiT => GoldenCase.OnDevices("dit");

    public static TheoryData<string, string> PixArt => GoldenCase.OnDevices("pixart");

    public static TheoryData<string, string> Sd3 => GoldenCase.OnDevices("sd3_mmdit");

    public static TheoryData<string, string> Flux => GoldenCase.OnDevices("flux_mmdit");

    [Theory]
    [MemberData(nameof(DiT))]
    public void DiT_says_what_diffusers_says(string name, string device)
    {
        (GoldenCase golden, Backend backend) = (GoldenCase.Load(name), GoldenCase.Device(device));
        using Scope scope = new();
        using Pretrained<DiTTransformer2DModel> model = DiTTransformer2DModel.Load(golden.Folder, backend);
        int[] labels = [.. golden.Inputs["class_labels"].ToInt64().Select(label => (int)label)];
        Tensor said = model.Model.Forward(golden.Input("sample", backend, Layout.ChannelsLast), golden.Inputs["timestep"].ToSingle(), labels);
        golden.Check("sample", said, Layout.ChannelsLast);
    }

    [Theory]
    [MemberData(nameof(PixArt))]
    public void PixArt_says_what_diffusers_says(string name, string device)
    {
        (GoldenCase golden, Backend backend) = (GoldenCase.Load(name), GoldenCase.Device(device));
        using Scope scope = new();
        using Pretrained<PixArtTransformer2DModel> model = PixArtTransformer2DModel.Load(golden.Folder, backend);
        Tensor? mask = golden.Inputs.ContainsKey("encoder_attention_mask") ? golden.Input("encoder_attention_mask", backend) : null;
        Tensor said = model.Model.Forward(
            golden.Input("sample", backend, Layout.ChannelsLast), golden.Inputs["timestep"].ToSingle(), golden.Input("encoder_hidden_states", backend), mask);
        golden.Check("sample", said, Layout.ChannelsLast);
    }

    [Theory]
    [MemberData(nameof(Sd3))]
    public void Sd3_says_what_diffusers_says(string name, string device)
    {
        (GoldenCase golden, Backend backend) = (GoldenCase.Load(name), GoldenCase.Device(device));
        using Scope scope = new();
        using Pretrained<SD3Transformer2DModel> model = SD3Transformer2DModel.Load(golden.Folder, backend);
        Tensor said = model.Model.Forward(
            golden.Input("hidden_states", backend, Layout.ChannelsLast), golden.Inputs["timestep"].ToSingle(), golden.Input("encoder_hidden_states", backend),
            golden.Input("pooled_projections", backend));
        golden.Check("sample", said, Layout.ChannelsLast);
    }

    [Theory]
    [MemberData(nameof(Flux))]
    public void Flux_says_what_diffusers_says(string name, string device)
    {
        (GoldenCase golden, Backend backend) = (GoldenCase.Load(name), GoldenCase.Device(device));
        using Scope scope = new();
        using Pretrained<FluxTransformer2DModel> model = FluxTransformer2DModel.Load(golden.Folder, backend);
        float[] guidance = golden.Inputs.TryGetValue("guidance", out GoldenTensor? stored) ? stored.ToSingle() : [];
        Tensor said = model.Model.Forward(
            golden.Input("hidden_states", backend), golden.Input("img_ids", backend), golden.Inputs["timestep"].ToSingle(),
            golden.Input("encoder_hidden_states", backend), golden.Input("pooled_projections", backend), guidance, golden.Input("txt_ids", backend));
        golden.Check("sample", said);
    }
}
