using System.Text.Json;
using Pareidolia.Nn.Optimizers;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Nn.Optimizers;

/// <summary>A few steps of each optimiser on a small tanh network against PyTorch: loss, clipped gradients, rate, parameters, averages.</summary>
public sealed class OptimizerGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("optimizer");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_step_is_that_of_torch(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        Backend backend = GoldenCase.Device(device);
        using Scope scope = new();
        Tensor[] parameters = [.. Parameters(golden, backend)];
        using Optimizer optimizer = OptimizerOf(golden.Config, parameters);
        using ExponentialAverage? average = Number(golden.Config, "ema_decay") is null ? null : new ExponentialAverage(parameters);
        Tensor x = golden.Input("x", backend), y = golden.Input("y", backend);
        for (int step = 0; step < x.Shape[0]; step++)
        {
            Tensor loss = Learn(parameters, At(x, step), At(y, step));
            golden.Check($"step{step}.loss", loss);
            Step(golden, optimizer, step);
            average?.Update(Number(golden.Config, "ema_decay")!.Value);
            CheckTensors(golden, $"step{step}.p", parameters);
            CheckTensors(golden, $"step{step}.ema", average?.Averages ?? []);
        }
    }

    private static IEnumerable<Tensor> Parameters(GoldenCase golden, Backend device)
    {
        for (int i = 0; golden.Inputs.ContainsKey($"p{i}"); i++)
        {
            Tensor parameter = golden.Input($"p{i}", device);
            parameter.RequiresGradient = true;
            yield return parameter;
        }
    }

    private static Optimizer OptimizerOf(JsonElement config, Tensor[] parameters)
    {
        ParameterGroup[] groups = [new(parameters, Number(config, "weight_decay") ?? 0)];
        string name = config.GetProperty("class").GetString()!;
        switch (name)
        {
            case "SGD":
                return new Sgd(groups, Number(config, "momentum") ?? 0, Flag(config, "nesterov"));
            case "RMSprop":
                return new RmsProp(groups, Number(config, "alpha")!.Value, Number(config, "eps")!.Value);
            case "Adam" or "AdamW":
                JsonElement betas = config.GetProperty("betas");
                return new Adam(groups, betas[0].GetDouble(), betas[1].GetDouble(), Number(config, "eps")!.Value, name == "AdamW", Flag(config, "amsgrad"));
            default:
                Assert.Skip($"no test runs the optimiser '{name}' yet.");
                return null;
        }
    }

    private static Tensor Learn(Tensor[] parameters, Tensor x, Tensor target)
    {
        using Tape tape = new();
        Tensor h = x;
        for (int i = 0; i < parameters.Length; i += 2)
            h = (i == 0 ? h : h.Tanh()).Linear(parameters[i], parameters[i + 1]);
        Tensor loss = h.MseLoss(target);
        tape.Backward(loss);
        return loss;
    }

    private static void Step(GoldenCase golden, Optimizer optimizer, int step)
    {
        double? clip = Number(golden.Config, "clip_grad_norm");
        (double scale, double norm) = clip is null ? (1, 0) : optimizer.ClipScale(clip.Value);
        if (clip is not null)
            golden.Check($"step{step}.grad_norm", [(float)norm]);
        LearningRate rate = new(Number(golden.Config, "lr")!.Value, (int)(Number(golden.Config, "linear_warmup_steps") ?? 0));
        if (golden.Outputs.ContainsKey($"step{step}.lr"))
            golden.Check($"step{step}.lr", [(float)rate.At(step)]);
        CheckTensors(golden, $"step{step}.grad.p", [.. optimizer.Parameters.Select(parameter => parameter.Gradient! * (float)scale)]);
        optimizer.Step(rate.At(step), scale);
        optimizer.ClearGradients();
    }

    private static void CheckTensors(GoldenCase golden, string prefix, IReadOnlyList<Tensor> tensors)
    {
        for (int i = 0; i < tensors.Count; i++)
            golden.Check($"{prefix}{i}", tensors[i]);
    }

    private static Tensor At(Tensor batches, int step) => batches.Slice(0, step, 1).Reshape([.. batches.Shape.Without(0)]);

    private static bool Flag(JsonElement config, string name) => config.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    private static double? Number(JsonElement config, string name) =>
        config.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
