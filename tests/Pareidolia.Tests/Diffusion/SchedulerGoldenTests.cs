using System.Text.Json;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Samplers;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Diffusion;

/// <summary>
/// Replays recorded trajectories: the network's recorded outputs are fed in, and every sample, model input, timestep and sigma must come
/// out. All elementwise, so the recorded [b, c, h, w] is taken as [b, h, w, c] after a transposition.
/// </summary>
public sealed class SchedulerGoldenTests
{
    public static TheoryData<string> Cases => GoldenCase.NamesOfKind("scheduler");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Trajectory(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        JsonConfig config = JsonConfig.Load(Path.Combine(golden.Folder, "config.json"));
        if (!Scheduler.Knows(config))
            Assert.Skip($"{name}: the scheduler {config.Text("_class_name")} is not implemented.");
        using Scope scope = new();
        SamplingPlan plan = Plan(golden, config);
        Recording recording = new(golden);
        Tensor x = plan.Start(golden.Picture("noise0"));
        List<float> denoised = [];
        Tensor? last = null;
        foreach (DenoiseStep step in plan.Run(recording.Answer, x, recording.Noise))
        {
            denoised.AddRange(step.Denoised.ChannelsFirst());
            last = step.Take();
        }
        recording.CheckCalls();
        golden.Check("final_sample", last!.ChannelsFirst());
        golden.Check("init_noise_sigma", [(float)plan.InitialScale]);
        if (golden.Outputs.ContainsKey("pred_original_samples"))
            golden.Check("pred_original_samples", [.. denoised]);
        CheckSigmas(golden, plan);
        CheckSchedule(golden, config, plan);
    }

    private static SamplingPlan Plan(GoldenCase golden, JsonConfig config)
    {
        JsonElement custom = golden.Description.GetProperty("custom_timesteps");
        int[]? timesteps = custom.ValueKind == JsonValueKind.Array ? [.. custom.EnumerateArray().Select(t => t.GetInt32())] : null;
        int steps = timesteps?.Length ?? golden.Description.GetProperty("num_inference_steps").GetInt32();
        JsonConfig arguments = JsonConfig.Parse(golden.Description.GetProperty("step_args").GetRawText(), "step_args");
        JsonConfig setting = JsonConfig.Parse(golden.Description.GetProperty("set_timesteps_args").GetRawText(), "set_timesteps_args");
        SamplerOptions options = new()
        {
            Eta = arguments.Has("eta") ? arguments.Double("eta") : null,
            Churn = GoldenChurn.Read(arguments),
            LmsOrder = arguments.Int("order", 4),
            Timesteps = timesteps,
            Strength = setting.Double("strength", 1),
        };
        return Scheduler.Load(config).Plan(steps, options);
    }

    // Classes with stages inside a step list their sigmas once for each stage; those are seen in the model's inputs.
    private static void CheckSigmas(GoldenCase golden, SamplingPlan plan)
    {
        bool flow = plan.Prediction.Type == PredictionType.Flow;
        if (golden.Outputs.TryGetValue("sigmas", out GoldenTensor? sigmas) && sigmas.Length == plan.Levels.Count)
            golden.Check("sigmas", [.. plan.Levels.Select(level => (float)(flow ? level.Sigma : level.Ratio))]);
    }

    private static void CheckSchedule(GoldenCase golden, JsonConfig config, SamplingPlan plan)
    {
        if (golden.Outputs.ContainsKey("alphas_cumprod"))
            golden.Check("alphas_cumprod", plan.Schedule!.AlphasCumprod);
        if (golden.Outputs.ContainsKey("add_noise"))
            golden.Check("add_noise", AddNoise(golden, plan));
        if (golden.Outputs.ContainsKey("velocity"))
        {
            int[] timesteps = [.. golden.Inputs["velocity_timesteps"].ToInt64().Select(t => (int)t)];
            golden.Check("velocity", plan.Schedule!.Velocity(golden.Picture("x0"), golden.Picture("noise"), timesteps).ChannelsFirst());
        }
    }

    private static float[] AddNoise(GoldenCase golden, SamplingPlan plan)
    {
        float[] timesteps = golden.Inputs["add_noise_timesteps"].ToSingle();
        Tensor x0 = golden.Picture("x0"), noise = golden.Picture("noise");
        // The flow classes noise one picture at a time: the first, to the second of the timesteps.
        if (golden.Outputs["add_noise"].Shape[0] == 1)
            return LevelAt(plan, timesteps[1]).AddNoise(x0.Slice(0, 0, 1), noise.Slice(0, 0, 1)).ChannelsFirst();
        IEnumerable<Tensor> noisy = timesteps.Select((t, i) => LevelAt(plan, t).AddNoise(x0.Slice(0, i, 1), noise.Slice(0, i, 1)));
        return Tensor.Concat(0, [.. noisy]).ChannelsFirst();
    }

    private static NoiseLevel LevelAt(SamplingPlan plan, float timestep)
    {
        NoiseLevel[] found = [.. plan.Levels.Where(level => Math.Abs(level.Timestep - timestep) < 0.02)];
        return found.Length > 0 ? found[0] : plan.Schedule!.At((int)timestep);
    }
}
