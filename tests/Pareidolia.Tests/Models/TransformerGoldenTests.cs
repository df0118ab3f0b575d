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
    public void DiT_says_what_diffusers_says(string name, string device) => Check<DiTTransformer2DModel>(
        name, device, DiTTransformer2DModel.Load, Layout.ChannelsLast, (model, told) =>
            model.Forward(told.Picture("sample"), told.Numbers("timestep"), [.. told.Golden.Inputs["class_labels"].ToInt64().Select(label => (int)label)]));

    [Theory]
    [MemberData(nameof(PixArt))]
    public void PixArt_says_what_diffusers_says(string name, string device) => Check<PixArtTransformer2DModel>(
        name, device, PixArtTransformer2DModel.Load, Layout.ChannelsLast, (model, told) => model.Forward(
            told.Picture("sample"), told.Numbers("timestep"), told.Tokens("encoder_hidden_states"),
            told.Golden.Inputs.ContainsKey("encoder_attention_mask") ? told.Tokens("encoder_attention_mask") : null));

    [Theory]
    [MemberData(nameof(Sd3))]
    public void Sd3_says_what_diffusers_says(string name, string device) => Check<SD3Transformer2DModel>(
        name, device, SD3Transformer2DModel.Load, Layout.ChannelsLast, (model, told) => model.Forward(
            told.Picture("hidden_states"), told.Numbers("timestep"), told.Tokens("encoder_hidden_states"), told.Tokens("pooled_projections")));

    [Theory]
    [MemberData(nameof(Flux))]
    public void Flux_says_what_diffusers_says(string name, string device) => Check<FluxTransformer2DModel>(
        name, device, FluxTransformer2DModel.Load, Layout.Plain, (model, told) => model.Forward(
            told.Tokens("hidden_states"), told.Tokens("img_ids"), told.Numbers("timestep"), told.Tokens("encoder_hidden_states"),
            told.Tokens("pooled_projections"), told.Golden.Inputs.ContainsKey("guidance") ? told.Numbers("guidance") : [], told.Tokens("txt_ids")));

    private static void Check<T>(string name, string device, Func<string, Backend?, Pretrained<T>> load, Layout layout, Func<T, Told, Tensor> say)
    {
        Told told = new(GoldenCase.Load(name), GoldenCase.Device(device));
        using Scope scope = new();
        using Pretrained<T> model = load(told.Golden.Folder, told.Device);
        told.Golden.Check("sample", say(model.Model, told), layout);
    }

    // What a case tells a model.
    private sealed record Told(GoldenCase Golden, Backend Device)
    {
        public Tensor Picture(string input) => Golden.Input(input, Device, Layout.ChannelsLast);

        public Tensor Tokens(string input) => Golden.Input(input, Device);

        public float[] Numbers(string input) => Golden.Inputs[input].ToSingle();
    }
}
