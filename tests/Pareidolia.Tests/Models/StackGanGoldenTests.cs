using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Both stages of StackGAN and their discriminators against the published code.</summary>
public sealed class StackGanGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("stackgan");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pictures_conditions_and_judgements(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        StackGanConfig config = StackGanConfig.FromJson(JsonConfig.Load(Path.Combine(golden.Folder, "config.json")));
        using WeightStore weights = WeightStore.Load(Path.Combine(golden.Folder, "model.safetensors"), GoldenCase.Device(device));
        (StackGanGenerator generator, StackGanDiscriminator discriminator) =
            weights.Build(at => (new StackGanGenerator(config, at["netG"]), new StackGanDiscriminator(config, at["netD"])));
        StackGanOutput output = generator.Forward(Noise(golden, config, weights.Device), golden.Input("text_embedding", weights.Device), training: false);
        Check(golden, output);
        golden.Check("kl_loss", (output.Condition.Kl().Mean() / config.ConditionDim).ToArray());
        Tensor features = discriminator.Features(Judged(golden, config, weights.Device), training: false);
        golden.Check("d_features", features, Layout.ChannelsLast);
        golden.Check("d_cond_logits", discriminator.Score(features, output.Condition.Mean, training: false).Sigmoid());
        if (golden.Outputs.ContainsKey("d_uncond_logits"))
            golden.Check("d_uncond_logits", discriminator.Realness(features)!.Sigmoid());
    }

    private static Tensor Noise(GoldenCase golden, StackGanConfig config, Backend device)
    {
        Tensor own = Tensor.Concat(1, golden.Input("noise", device), golden.Input("eps", device));
        return config.Stage == 1 ? own : Tensor.Concat(1, own, golden.Input("eps_stage1", device));
    }

    private static void Check(GoldenCase golden, StackGanOutput output)
    {
        golden.Check("mu", output.Condition.Mean);
        golden.Check("logvar", output.Condition.LogVariance);
        if (output.Stage1 is null)
        {
            golden.Check("image", output.Picture, Layout.ChannelsLast);
            return;
        }
        golden.Check("stage1_image", output.Stage1, Layout.ChannelsLast);
        golden.Check("image_crop", output.Picture.Slice(1, 96, 64).Slice(2, 96, 64), Layout.ChannelsLast);
        golden.Check("image_every4", EveryFourth(output.Picture), Layout.ChannelsLast);
    }

    private static Tensor EveryFourth(Tensor x) =>
        x.Reshape(x.Shape[0], x.Shape[1] / 4, 4, x.Shape[2] / 4, 4, x.Shape[3]).Slice(2, 0, 1).Slice(4, 0, 1)
            .Reshape(x.Shape[0], x.Shape[1] / 4, x.Shape[2] / 4, x.Shape[3]);

    // Stage 2's case keeps the judged picture small and says that it is enlarged bilinearly.
    private static Tensor Judged(GoldenCase golden, StackGanConfig config, Backend device)
    {
        string key = golden.Inputs.Keys.Single(name => name.StartsWith("image", StringComparison.Ordinal));
        Tensor picture = golden.Input(key, device, Layout.ChannelsLast);
        return picture.Shape[1] == config.SampleSize ? picture : picture.Interpolate(config.SampleSize, config.SampleSize, Interpolation.Bilinear);
    }
}
