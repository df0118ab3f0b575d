using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>
/// How far weights in fewer bits move what whole networks say: the error's length over the length of what diffusers and transformers say with
/// float32. The bounds are what docs/weights.md states.
/// </summary>
public sealed class PrecisionGoldenTests(ITestOutputHelper log)
{
    private static readonly (WeightPrecision Precision, double Bound)[] s_bounds = [(WeightPrecision.F16, 2e-3), (WeightPrecision.I8, 4e-2)];

    public static TheoryData<string> UNets => [.. GoldenCase.NamesOfKind("unet2d_condition").Select(row => row.Data).Where(name => !UNet2DConditionGoldenTests.IsLater(GoldenCase.Load(name)))];

    public static TheoryData<string> Autoencoders => GoldenCase.NamesOfKind("vae_kl");

    public static TheoryData<string> Texts => GoldenCase.NamesOfKind("clip_text");

    [Theory]
    [MemberData(nameof(UNets))]
    public void UNet(string name) => Check(name, (golden, part) =>
    {
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(part);
        string output = golden.Outputs.Keys.First(key => key.StartsWith("sample.", StringComparison.Ordinal));
        float[] times = golden.Inputs[output.Replace("sample", "timestep", StringComparison.Ordinal)].ToSingle();
        Tensor predicted = unet.Model.Forward(
            Layout.ChannelsLast.Load(golden.Inputs["sample"], Backend.Cpu), times, Layout.Plain.Load(golden.Inputs["encoder_hidden_states"], Backend.Cpu),
            UNet2DConditionGoldenTests.Extras(golden, Backend.Cpu));
        return (output, Layout.ChannelsLast.Unload(predicted.ToArray(), golden.Outputs[output].Shape));
    });

    [Theory]
    [MemberData(nameof(Autoencoders))]
    public void Decoder(string name) => Check(name, (golden, part) =>
    {
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(part);
        string latent = golden.Inputs.Keys.First(key => key.StartsWith("latent.", StringComparison.Ordinal)), output = latent.Replace("latent", "decoded", StringComparison.Ordinal);
        Tensor decoded = vae.Model.Decode(Layout.ChannelsLast.Load(golden.Inputs[latent], Backend.Cpu));
        return (output, Layout.ChannelsLast.Unload(decoded.ToArray(), golden.Outputs[output].Shape));
    });

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text(string name) => Check(name, (golden, part) =>
    {
        using Pretrained<ClipTextModel> text = ClipTextModel.Load(part);
        int[] ids = Array.ConvertAll(golden.Inputs["input_ids"].ToInt64(), id => (int)id);
        return ("last_hidden_state", text.Model.Forward(Tensor.From(ids, [.. golden.Inputs["input_ids"].Shape])).LastHidden.ToArray());
    });

    private void Check(string name, Func<GoldenCase, ModelComponent, (string Output, float[] Values)> run)
    {
        GoldenCase golden = GoldenCase.Load(name);
        foreach ((WeightPrecision precision, double bound) in s_bounds)
        {
            using Scope scope = new();
            (string output, float[] values) = run(golden, new ModelComponent(golden.Folder).Held(new WeightHolding(precision)));
            double error = golden.RelativeError(output, values);
            log.WriteLine($"{name} {precision}: {error:g3}");
            // A file that has 16 bits loses nothing by them; 8 bits always lose something.
            Assert.InRange(error, precision == WeightPrecision.I8 ? 1e-3 : 0, bound);
        }
    }
}
