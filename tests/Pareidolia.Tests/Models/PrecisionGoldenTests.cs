using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>
/// How far weights in fewer bits, the faster convolutions and products of bfloat16 and of bytes move what whole networks say: the error's length over the length of
/// what diffusers and transformers say with float32. The bounds are what docs/memory.md and docs/performance.md state.
/// </summary>
public sealed class PrecisionGoldenTests(ITestOutputHelper log)
{
    // A file that has 16 bits loses nothing by them; 8 bits always lose something.
    private static readonly Way[] s_ways =
    [
        new("f16-weights", WeightPrecision.F16, false, false, 0, 2e-3),
        new("int8", WeightPrecision.I8, false, false, 1e-3, 4e-2),
        new("fast", WeightPrecision.F32, true, false, 0, 1e-4),
        new("bf16", WeightPrecision.F32, true, true, 0, 2e-2),
        new("int8-products", WeightPrecision.F32, true, false, 1e-3, 3e-2) { Bytes = true },
    ];

    private sealed record Way(string Name, WeightPrecision Held, bool Fast, bool Half, double Least, double Most)
    {
        public bool Bytes { get; init; }

        public RunArithmetic Arithmetic => new(!Fast, Half, Bytes);
    }

    public static TheoryData<string> UNets => [.. GoldenCase.NamesOfKind("unet2d_condition").Select(row => row.Data).Where(name => !UNet2DConditionGoldenTests.IsLater(GoldenCase.Load(name)))];

    public static TheoryData<string> Autoencoders => GoldenCase.NamesOfKind("vae_kl");

    public static TheoryData<string> Texts => GoldenCase.NamesOfKind("clip_text");

    [Theory]
    [MemberData(nameof(UNets))]
    public void UNet(string name) => Check(name, s_ways, arithmetic => arithmetic.OpenDenoising(), (golden, part) =>
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
    public void Decoder(string name) => Check(name, s_ways, arithmetic => arithmetic.OpenCoding(), (golden, part) =>
    {
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(part);
        string latent = golden.Inputs.Keys.First(key => key.StartsWith("latent.", StringComparison.Ordinal)), output = latent.Replace("latent", "decoded", StringComparison.Ordinal);
        Tensor decoded = vae.Model.Decode(Layout.ChannelsLast.Load(golden.Inputs[latent], Backend.Cpu));
        return (output, Layout.ChannelsLast.Unload(decoded.ToArray(), golden.Outputs[output].Shape));
    });

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text(string name) => Check(name, s_ways.Where(way => !way.Bytes), arithmetic => arithmetic.OpenCoding(), (golden, part) =>
    {
        using Pretrained<ClipTextModel> text = ClipTextModel.Load(part);
        int[] ids = Array.ConvertAll(golden.Inputs["input_ids"].ToInt64(), id => (int)id);
        return ("last_hidden_state", text.Model.Forward(Tensor.From(ids, [.. golden.Inputs["input_ids"].Shape])).LastHidden.ToArray());
    });

    private void Check(
        string name, IEnumerable<Way> ways, Func<RunArithmetic, IDisposable> open, Func<GoldenCase, ModelComponent, (string Output, float[] Values)> run)
    {
        GoldenCase golden = GoldenCase.Load(name);
        foreach (Way way in ways)
        {
            using IDisposable rounding = open(way.Arithmetic);
            using Scope scope = new();
            (string output, float[] values) = run(golden, new ModelComponent(golden.Folder).Held(new WeightHolding(way.Held) { ByteLayers = way.Bytes }));
            double error = golden.RelativeError(output, values);
            log.WriteLine($"{name} {way.Name}: {error:g3}");
            Assert.InRange(error, way.Least, way.Most);
        }
    }
}
