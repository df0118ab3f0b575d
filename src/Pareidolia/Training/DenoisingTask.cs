using Pareidolia.Diffusion;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>A network that denoises: a noisy sample [b, ..] and the time of each of its items to a prediction of the same shape.</summary>
internal delegate Tensor TrainedNetwork(Tensor noisy, float[] times);

/// <summary>
/// What a denoising network learns, whatever its samples are: noise is added at a random level, and it predicts that noise
/// (https://arxiv.org/abs/2006.11239), the velocity (https://arxiv.org/abs/2202.00512) or the clean sample, as the recipe's scheduler says. The error is
/// also told for each tenth of the noise levels: noise levels learn at different speeds.
/// </summary>
internal sealed class DenoisingTask
{
    /// <summary>How many bands of noise levels the error is told for.</summary>
    public const int Bands = 10;

    /// <summary>What the error of a band is called in the metrics, before the band's number.</summary>
    public const string BandName = "loss_noise_";

    /// <summary>What the names of the held-out pictures' metrics begin with.</summary>
    public const string Validation = "validation_";

    private const int MostHeldOut = 256, HeldOutRows = 32;

    private readonly Scheduler _scheduler;
    private readonly NoiseSchedule _schedule;
    private readonly PredictionType _target;
    private readonly double _noiseBias;

    /// <summary>Reads the scheduler's config.</summary>
    /// <param name="scheduler">The recipe's section.</param>
    /// <param name="noiseBias">How much more often much noise is drawn: levels u in 0..1 have a density that grows as u to this power.</param>
    /// <exception cref="PareidoliaException">It is none that is known, or predicts what is not trained here.</exception>
    public DenoisingTask(JsonConfig scheduler, double noiseBias = 0)
    {
        _noiseBias = noiseBias;
        _scheduler = Scheduler.Load(scheduler);
        _schedule = _scheduler.TrainingSchedule();
        _target = Prediction.Parse(scheduler.Text("prediction_type", "epsilon")!).Type;
        if (_target == PredictionType.Flow)
            throw new PareidoliaException($"'{scheduler.Name}' has prediction_type flow_prediction; epsilon, v_prediction and sample are trained here.");
    }

    /// <summary>The mean squared error [] of one batch of clean samples [b, ..]; the errors of the bands go into the metrics.</summary>
    public Tensor Loss(Tensor clean, TorchCpuGenerator random, TrainedNetwork network, IDictionary<string, double> metrics, string prefix = "")
    {
        int[] timesteps = Timesteps(clean.Shape[0], random);
        Tensor errors = Errors(clean, timesteps, random, network);
        float[] each = errors.ToArray();
        foreach (IGrouping<int, double> band in timesteps.Zip(each, (t, error) => (Band: t * Bands / _schedule.Count, Error: (double)error)).GroupBy(pair => pair.Band, pair => pair.Error))
            metrics[$"{prefix}{BandName}{band.Key}"] = band.Average();
        return errors.Mean();
    }

    /// <summary>The same of held-out samples, averaged over batches; always with the same noise.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="batch">The clean samples of some of them, and the network that is told what belongs to them.</param>
    public Dictionary<string, double> HeldOutLoss(int count, ulong seed, Func<int[], (Tensor Clean, TrainedNetwork Network)> batch)
    {
        int most = Math.Min(count, MostHeldOut);
        Dictionary<string, List<double>> parts = [];
        foreach ((int i, int[] chosen) in Enumerable.Range(0, most).Select(i => i * count / most).Chunk(HeldOutRows).Index())
        {
            using Scope scope = new();
            Dictionary<string, double> said = [];
            (Tensor clean, TrainedNetwork network) = batch(chosen);
            said[$"{Validation}loss"] = Loss(clean, new TorchCpuGenerator(seed + (ulong)i), network, said, Validation).Item();
            foreach ((string name, double value) in said)
                (parts.TryGetValue(name, out List<double>? values) ? values : parts[name] = []).Add(value);
        }
        return parts.ToDictionary(part => part.Key, part => part.Value.Average());
    }

    /// <summary>A run of the scheduler from noise [b, ..], which adds no noise of its own.</summary>
    public Tensor Draw(Network network, Tensor noise, int steps) => _scheduler.Plan(steps).Draw(network, noise);

    // [b]
    private Tensor Errors(Tensor clean, int[] timesteps, TorchCpuGenerator random, TrainedNetwork network)
    {
        Tensor noise = Tensor.Randn(clean.Shape, random);
        Tensor target = _target switch
        {
            PredictionType.Velocity => _schedule.Velocity(clean, noise, timesteps),
            PredictionType.Sample => clean,
            _ => noise,
        };
        Tensor output = network(_schedule.AddNoise(clean, noise, timesteps), Array.ConvertAll(timesteps, t => (float)t));
        return (output - target).Square().Reshape(clean.Shape[0], -1).Mean(1);
    }

    // One level from each of b equal parts of the schedule: every batch sees all noise levels, which steadies the loss. A bias draws more of those
    // where there is most noise: there a network learns what words mean.
    private int[] Timesteps(int b, TorchCpuGenerator random)
    {
        float[] draw = new float[b];
        random.Rand(draw);
        double Time(int i) => Math.Pow((i + draw[i]) / b, 1 / (1 + _noiseBias));
        return [.. Enumerable.Range(0, b).Select(i => Math.Min(_schedule.Count - 1, (int)(Time(i) * _schedule.Count)))];
    }
}
