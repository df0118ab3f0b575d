using System.Text.Json;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>Both networks of a conditional DCGAN against torch's layers: as trained, and through one step of training.</summary>
public sealed class DcganGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("dcgan");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Picture_and_scores_of_trained_networks(string name, string device)
    {
        using Scope scope = new();
        using DcganCase gan = new(name, device);
        Tensor picture = gan.Generator.Generate(gan.Noise, gan.Condition);
        gan.Golden.Check("eval.image", picture, Layout.ChannelsLast);
        gan.Golden.Check("eval.d_real", gan.Score(gan.Real, training: false));
        gan.Golden.Check("eval.d_fake", gan.Score(picture, training: false));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Losses_gradients_and_running_statistics_of_a_step(string name, string device)
    {
        using Scope scope = new();
        using DcganCase gan = new(name, device);
        gan.Weights.RequireGradients(true);
        Tensor picture = gan.Generator.Forward(gan.Noise, gan.Condition, training: true);
        gan.Golden.Check("train.image", picture, Layout.ChannelsLast);
        Judge(gan, picture);
        gan.CheckGradients("D.");
        gan.ClearGradients();
        Fool(gan);
        gan.CheckGradients("G.");
        gan.CheckStatistics();
    }

    private static void Judge(DcganCase gan, Tensor picture)
    {
        using Scope scope = new();
        using Tape tape = new();
        Tensor real = gan.Score(gan.Real, training: true), fake = gan.Score(picture, training: true);
        gan.Golden.Check("train.d_real", real);
        gan.Golden.Check("train.d_fake", fake);
        Tensor loss = DcganCase.Loss(real, 1) + DcganCase.Loss(fake, 0);
        gan.Golden.Check("train.loss_d", loss.ToArray());
        tape.Backward(loss);
    }

    // The generator's running statistics saw the first forward alone: this second one, which records, is put back.
    private static void Fool(DcganCase gan)
    {
        using Scope scope = new();
        Dictionary<Tensor, Tensor> before = gan.Weights.Parameters.Where(p => !p.Trained && p.Name.StartsWith("G.", StringComparison.Ordinal))
            .ToDictionary(p => p.Tensor, p => p.Tensor.Clone());
        using Tape tape = new();
        Tensor loss = DcganCase.Loss(gan.Score(gan.Generator.Forward(gan.Noise, gan.Condition, training: true), training: true), 1);
        gan.Golden.Check("train.loss_g", loss.ToArray());
        tape.Backward(loss);
        foreach ((Tensor statistic, Tensor value) in before)
            statistic.CopyFrom(value);
    }

    private sealed class DcganCase : IDisposable
    {
        private readonly DcganDiscriminator _discriminator;

        public DcganCase(string name, string device)
        {
            Golden = GoldenCase.Load(name);
            DcganConfig config = Config(Golden);
            Weights = WeightStore.Load(Path.Combine(Golden.Folder, "model.safetensors"), GoldenCase.Device(device));
            (Generator, _discriminator) = Weights.Build(
                weights => (new DcganGenerator(config, weights["G"]), new DcganDiscriminator(config, weights["D"])));
            Real = Golden.Input("real", Weights.Device, Layout.ChannelsLast);
        }

        public GoldenCase Golden { get; }

        public WeightStore Weights { get; }

        public DcganGenerator Generator { get; }

        public Tensor Real { get; }

        public Tensor Noise => Golden.Input("z", Weights.Device);

        public Tensor Condition => Golden.Input("cond", Weights.Device);

        public static Tensor Loss(Tensor scores, float target) => scores.BinaryCrossEntropyWithLogits(Tensor.Full(scores.Shape, target, scores.Device)).Mean();

        public Tensor Score(Tensor pictures, bool training) => _discriminator.Score(_discriminator.Features(pictures, training), Condition, training);

        public void CheckGradients(string network)
        {
            foreach (Parameter parameter in Weights.Parameters.Where(p => p.Trained && p.Name.StartsWith(network, StringComparison.Ordinal)))
                if (Golden.Outputs.ContainsKey($"train.grad.{parameter.Name}"))
                    Golden.Check($"train.grad.{parameter.Name}", parameter.Tensor.Gradient!, Layout.ChannelsLast);
            Assert.Contains(Golden.Outputs.Keys, key => key.StartsWith($"train.grad.{network}", StringComparison.Ordinal));
        }

        public void CheckStatistics()
        {
            foreach (Parameter parameter in Weights.Parameters.Where(p => !p.Trained))
                Golden.Check($"train.new.{parameter.Name}", parameter.Tensor);
        }

        public void ClearGradients()
        {
            foreach (Parameter parameter in Weights.Parameters)
                parameter.Tensor.ClearGradient();
        }

        public void Dispose() => Weights.Dispose();

        private static DcganConfig Config(GoldenCase golden)
        {
            JsonElement json = golden.Config;
            return new DcganConfig
            {
                LatentDim = json.GetProperty("z").GetInt32(),
                ConditionDim = json.GetProperty("cond").GetInt32(),
                BaseChannels = json.GetProperty("f").GetInt32(),
                Channels = json.GetProperty("channels").GetInt32(),
                SampleSize = golden.Inputs["real"].Shape[2],
            };
        }
    }
}
