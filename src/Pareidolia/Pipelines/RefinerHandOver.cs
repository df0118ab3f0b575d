using System.Globalization;
using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Weights;

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

    /// <summary>Fails unless a model can take over from another, as far as their configs tell.</summary>
    /// <param name="first">The model that begins.</param>
    /// <param name="second">The refiner.</param>
    /// <param name="switchAt">The share of training's timesteps, 0 to 1, that the first model goes through.</param>
    /// <exception cref="PareidoliaException">It cannot: the message says what differs, or which numbers are possible.</exception>
    public static void Require(ModelSource first, ModelSource second, double switchAt)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Require(first.Path == second.Path, Hand.Of(first), Hand.Of(second), switchAt);
    }

    /// <summary>Fails unless the second model works on the same latents.</summary>
    internal void Validate(StableDiffusionPipeline first) => Require(ReferenceEquals(Model, first), Hand.Of(first), Hand.Of(Model), SwitchAt);

    /// <summary>Says it in the web UI's words.</summary>
    internal void Describe(IDictionary<string, string> fields) =>
        (fields["Refiner"], fields["Refiner switch at"]) = (Model.Name, SwitchAt.ToString(CultureInfo.InvariantCulture));

    private static void Require(bool same, Hand first, Hand second, double switchAt)
    {
        GenerateSettings.RequireRange("The share of the run before the refiner", switchAt, 0, 1);
        if (same)
            throw new PareidoliaException("The refiner is the model itself; load another one.");
        if ((second.Channels, second.Factor) != (first.Channels, first.Factor))
            throw new PareidoliaException($"The refiner '{second.Name}' works on {second.Channels} channels of {second.Factor} pixels a cell, "
                + $"'{first.Name}' on {first.Channels} of {first.Factor}: they cannot hand a picture over.");
        if (second.Prediction != first.Prediction)
            throw new PareidoliaException($"The refiner '{second.Name}' predicts {second.Prediction.Type}, '{first.Name}' {first.Prediction.Type}: "
                + "they cannot share a run.");
    }

    // What two models have to have in common.
    private readonly record struct Hand(string Name, int Channels, int Factor, Prediction Prediction)
    {
        public static Hand Of(StableDiffusionPipeline model) => new(model.Name, model.Decoder.LatentChannels, model.Factor, model.Prediction);

        public static Hand Of(ModelSource model)
        {
            ModelSettings settings = ModelSettings.Of(model);
            UNet2DConditionConfig unet = UNet2DConditionConfig.FromJson(model.Component("unet").NeededConfig());
            SamplingPlans plans = new(model.Component("scheduler").Config, unet.HearsTextAndSize, settings.Factor);
            return new Hand(model.Name, unet.OutChannels, settings.Factor, plans.Of(settings.Defaults).Prediction);
        }
    }
}
