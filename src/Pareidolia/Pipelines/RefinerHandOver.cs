using System.Globalization;

namespace Pareidolia.Pipelines;

/// <summary>
/// Another model that takes over before the end of a run: SDXL's refiner, or any model of the same latents. The web UI's "Refiner" and "Switch at";
/// diffusers names the same moment denoising_end for the first model and denoising_start for the second.
/// </summary>
/// <param name="Model">The second model, loaded; whoever loaded it disposes it.</param>
/// <param name="SwitchAt">The share of training's timesteps, 0 to 1, that the first model goes through; 0.8 is usual.</param>
public sealed record RefinerHandOver(StableDiffusionPipeline Model, double SwitchAt = 0.8)
{
    /// <summary>Whether the second model answers at a timestep.</summary>
    /// <param name="timestep">On the training schedule's scale.</param>
    /// <param name="count">Timesteps of training.</param>
    internal bool TakesOver(double timestep, int count) => timestep < Math.Round((1 - SwitchAt) * count);

    /// <summary>Fails unless the second model works on the same latents.</summary>
    internal void Validate(StableDiffusionPipeline first)
    {
        GenerateSettings.RequireRange("The share of the run before the refiner", SwitchAt, 0, 1);
        if (ReferenceEquals(Model, first))
            throw new PareidoliaException("The refiner is the model itself; load another one.");
        if ((Model.Decoder.LatentChannels, Model.Factor) != (first.Decoder.LatentChannels, first.Factor))
            throw new PareidoliaException($"The refiner '{Model.Name}' works on {Model.Decoder.LatentChannels} channels of {Model.Factor} pixels a cell, "
                + $"'{first.Name}' on {first.Decoder.LatentChannels} of {first.Factor}: they cannot hand a picture over.");
        if (Model.Prediction != first.Prediction)
            throw new PareidoliaException($"The refiner '{Model.Name}' predicts {Model.Prediction.Type}, '{first.Name}' {first.Prediction.Type}: "
                + "they cannot share a run.");
    }

    /// <summary>Says it in the web UI's words.</summary>
    internal void Describe(IDictionary<string, string> fields) =>
        (fields["Refiner"], fields["Refiner switch at"]) = (Model.Name, SwitchAt.ToString(CultureInfo.InvariantCulture));
}
