using System.Diagnostics;
using Pareidolia.Files;
using Pareidolia.Nn.Optimizers;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Training;

/// <summary>Where a run stands.</summary>
/// <param name="Step">Finished steps.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Loss">Mean loss since the last report.</param>
/// <param name="SamplesPerSecond">Speed since the last report.</param>
/// <param name="Remaining">Estimated time to the end.</param>
public readonly record struct TrainingProgress(int Step, int Steps, double Loss, double SamplesPerSecond, TimeSpan Remaining);

/// <summary>
/// Runs a trainer to the end of its recipe, or on from its last checkpoint. The run folder holds <c>checkpoint.safetensors</c>,
/// <c>metrics.jsonl</c>, sample pictures and, at the end, <c>model/</c>. Killed at any moment, the next call continues from the last checkpoint and
/// ends in the same bytes.
/// </summary>
public sealed class TrainingLoop : IDisposable
{
    private const string ModelFolder = "model";

    // Between the seeds of a step's phases: far beyond the steps of a run.
    private const ulong PhaseStride = 0x9E3779B9;

    // A step asks for the same sizes as the last, but no two of its moments for the same: to give some back and fetch them anew cost 8 % of the time.
    private const double SpareShare = 0.5;
    private readonly Trainer _trainer;
    private readonly string _folder;
    private readonly Recipe _recipe;
    private readonly (TrainingPhase Phase, Optimizer Optimizer)[] _phases;
    private readonly ExponentialAverage? _average;
    private readonly Checkpoint _checkpoint;
    private readonly BatchOrder _order;

    /// <summary>Prepares a run in a folder, which is made where it is missing.</summary>
    /// <exception cref="PareidoliaException">The folder cannot be made.</exception>
    public TrainingLoop(Trainer trainer, string folder)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        (_trainer, _folder, _recipe) = (trainer, folder, trainer.Recipe);
        Folder.Make(folder);
        // Weights that cannot be trained say so here; each phase then follows what it moves.
        _trainer.Weights.RequireGradients(true);
        _trainer.Weights.RequireGradients(false);
        _phases = [.. trainer.Phases.Select(phase => (phase, phase.Optimizer(_recipe)))];
        _average = _recipe.EmaDecay > 0 ? new ExponentialAverage(trainer.Averaged) : null;
        _checkpoint = new Checkpoint(Path.Combine(folder, "checkpoint.safetensors"), trainer, [.. _phases.Select(phase => phase.Optimizer)], _average);
        Backend.Cpu.SpareShare = SpareShare;
        _order = new BatchOrder(_recipe.Seed, trainer.SampleCount, _recipe.Batch);
    }

    /// <summary>The run, yielding at each line of metrics; stop enumerating to pause it (a checkpoint is written first).</summary>
    public IEnumerable<TrainingProgress> Run(CancellationToken cancellation = default)
    {
        (int step, double seconds) = _checkpoint.Restore();
        MetricsLog log = new(Path.Combine(_folder, "metrics.jsonl"), step);
        Stopwatch clock = Stopwatch.StartNew();
        double reported = seconds, lossSum = 0;
        int counted = 0;
        while (step < _recipe.Steps)
        {
            Dictionary<string, double> metrics = [];
            lossSum += Step(step, metrics);
            counted++;
            step++;
            double now = seconds + clock.Elapsed.TotalSeconds;
            if (step % _recipe.LogEvery == 0 || step == _recipe.Steps)
            {
                double speed = counted * _recipe.Batch * _recipe.Accumulate / Math.Max(1e-9, now - reported);
                log.Add(Row(step, lossSum / counted, speed, now, metrics));
                yield return new TrainingProgress(step, _recipe.Steps, lossSum / counted, speed, Remaining(step, speed));
                (reported, lossSum, counted) = (now, 0, 0);
            }
            bool stop = cancellation.IsCancellationRequested;
            if (stop || step % _recipe.CheckpointEvery == 0 || step == _recipe.Steps)
                _checkpoint.Save(step, seconds + clock.Elapsed.TotalSeconds);
            if (stop)
                throw new OperationCanceledException(cancellation);
            if (_recipe.SampleEvery > 0 && step % _recipe.SampleEvery == 0)
                Show(step, log);
        }
        Finish(log);
    }

    /// <summary>Writes <c>model/</c> from the last checkpoint without training on: a model to try while the run is paused.</summary>
    /// <returns>The step that the model is from.</returns>
    /// <exception cref="PareidoliaException">The run has no checkpoint yet.</exception>
    public int Export()
    {
        (int step, _) = _checkpoint.Restore();
        if (step == 0)
            throw new PareidoliaException($"The run in '{_folder}' has no checkpoint to export yet.");
        using IDisposable? swap = _average?.Swap();
        using Scope scope = new();
        _trainer.Export(Path.Combine(_folder, ModelFolder));
        return step;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Optimizer optimizer) in _phases)
            optimizer.Dispose();
        _average?.Dispose();
        Backend.Cpu.SpareShare = 0;
    }

    // The loss of the first phase stands for the step.
    private double Step(int step, Dictionary<string, double> metrics)
    {
        double[] losses = [.. _phases.Select((_, phase) => Step(step, phase, metrics))];
        // A young average forgets its random start quickly.
        _average?.Update(Math.Min(_recipe.EmaDecay, (1.0 + step) / (10.0 + step)));
        return losses[0];
    }

    private double Step(int step, int place, Dictionary<string, double> metrics)
    {
        (TrainingPhase phase, Optimizer optimizer) = _phases[place];
        double loss = 0;
        phase.Follow(true);
        for (int part = 0; part < _recipe.Accumulate; part++)
            loss += Accumulate(phase, (ulong)place, ((long)step * _recipe.Accumulate) + part, metrics) / _recipe.Accumulate;
        if (!double.IsFinite(loss))
            throw new PareidoliaException($"The loss became {loss} at step {step}; the last checkpoint is intact. Lower the learning rate or raise the warm-up.");
        (double scale, double norm) = optimizer.ClipScale(_recipe.ClipNorm * _recipe.Accumulate);
        metrics[$"{phase.Name}gradient_norm"] = norm / _recipe.Accumulate;
        using (ReducedPrecision half = new(_recipe.ReducedPrecision))
            optimizer.Step(_recipe.Rate.At(step), scale / _recipe.Accumulate);
        optimizer.ClearGradients();
        phase.Follow(false);
        return loss;
    }

    private double Accumulate(TrainingPhase phase, ulong place, long n, Dictionary<string, double> metrics)
    {
        using Approximation fast = new(!_recipe.Exact);
        using ReducedPrecision half = new(_recipe.ReducedPrecision);
        using Scope scope = new();
        using Tape tape = new();
        TorchCpuGenerator random = new((_recipe.Seed * 1_000_003) + (ulong)n + 1 + (place * PhaseStride));
        Tensor loss = phase.Loss(_order.At(n), random, metrics);
        tape.Backward(loss);
        return loss.Item();
    }

    private Dictionary<string, double> Row(int step, double loss, double speed, double seconds, Dictionary<string, double> metrics)
    {
        Dictionary<string, double> row = new()
        {
            ["step"] = step,
            ["loss"] = loss,
            ["learning_rate"] = _recipe.Rate.At(step - 1),
            ["samples_per_second"] = speed,
            ["seconds"] = seconds,
        };
        foreach ((string name, double value) in metrics)
            row[name] = value;
        return row;
    }

    private TimeSpan Remaining(int step, double speed) =>
        TimeSpan.FromSeconds((double)(_recipe.Steps - step) * _recipe.Batch * _recipe.Accumulate / Math.Max(1e-9, speed));

    private void Show(int step, MetricsLog log)
    {
        using IDisposable? swap = _average?.Swap();
        Draw(step, log);
    }

    private void Draw(int step, MetricsLog log)
    {
        using Scope scope = new();
        _trainer.Sample(Path.Combine(_folder, $"sample-{step:D6}.png"));
        LossCurves.Write(Path.Combine(_folder, "loss.svg"), log.Rows);
        LossCurves.WriteByNoise(Path.Combine(_folder, "loss-by-noise.svg"), log.Rows);
    }

    private void Finish(MetricsLog log)
    {
        using IDisposable? swap = _average?.Swap();
        Dictionary<string, double> row = new() { ["step"] = _recipe.Steps };
        foreach ((string name, double value) in _trainer.Validate())
            row[name] = value;
        log.Conclude(row);
        Draw(_recipe.Steps, log);
        _trainer.Export(Path.Combine(_folder, ModelFolder));
    }
}
