using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>What a whole run takes, before anything is loaded, and what would take less.</summary>
/// <param name="Model">The model, its weights held as the run will hold them.</param>
/// <param name="Settings">The run.</param>
/// <param name="Pictures">All its pictures.</param>
/// <param name="Memory">What they take.</param>
public sealed record RunForecast(ModelSource Model, GenerateSettings Settings, int Pictures, MemoryForecast Memory)
{
    private const int SmallestSide = 256;

    private RunCompany Company { get; init; } = new();

    /// <summary>The forecast; null for what is no text-to-image model with a UNet.</summary>
    /// <param name="model">The model, its weights held as the run will hold them.</param>
    /// <param name="settings">The run.</param>
    /// <param name="pictures">All its pictures.</param>
    /// <param name="company">What draws with the model, which the settings would name by what is loaded; null for nothing.</param>
    /// <exception cref="PareidoliaException">A config is broken.</exception>
    public static RunForecast? Of(ModelSource model, GenerateSettings settings, int pictures, RunCompany? company = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings = settings.Hires?.Forecast(settings) ?? settings;
        company ??= new RunCompany();
        return ForecastOf(model, settings, pictures, company) is MemoryForecast memory
            ? new RunForecast(model, settings, pictures, memory) { Company = company } : null;
    }

    /// <summary>What the machine lets the process take; null where it does not tell.</summary>
    public static long? AvailableBytes => AvailableMemory.Read();

    /// <summary>How long it takes at a speed.</summary>
    public TimeSpan TimeAt(MachineSpeed speed)
    {
        ArgumentNullException.ThrowIfNull(speed);
        int together = Math.Min(Pictures, new PlannedPictures(Settings, CellPixels).Together), batches = (Pictures + together - 1) / together;
        return speed.TimeOf(batches * Memory.Asked(Settings.Steps * Settings.AsksPerStep, together));
    }

    /// <summary>Runs that are alike but smaller and fit: what is to be changed, and what each takes.</summary>
    public IReadOnlyList<(string Change, long Bytes)> WhatFits(long bytes)
    {
        WeightHolding own = Model.Holding;
        List<(string Change, long Bytes)> fitting = [];
        try
        {
            foreach ((string change, WeightHolding holding) in Holdings(own))
                Try(change, holding, Settings);
            if (fitting.Count == 0 && Math.Min(Settings.Width, Settings.Height) / 2 >= SmallestSide)
                foreach ((string change, WeightHolding holding) in (IEnumerable<(string, WeightHolding)>)[("", own), .. Holdings(own)])
                    Try($"--size {Settings.Width / 2}x{Settings.Height / 2} {change}".TrimEnd(), holding,
                        Settings with { Width = Settings.Width / 2, Height = Settings.Height / 2 });
        }
        finally
        {
            Hold(own);
        }
        return fitting;

        void Try(string change, WeightHolding holding, GenerateSettings settings)
        {
            Hold(holding);
            if (ForecastOf(Model, settings, Pictures, Company) is MemoryForecast memory && memory.ProcessBytes <= bytes)
                fitting.Add((change, memory.ProcessBytes));
        }
    }

    // A refiner's weights are held as the model's.
    private void Hold(WeightHolding holding)
    {
        Model.Holding = holding;
        Company.Refiner?.Holding = holding;
    }

    private int CellPixels => MemoryForecast.FactorOf(Model, PictureDecoder.UpscalerConfigOf(Model));

    private static MemoryForecast? ForecastOf(ModelSource model, GenerateSettings settings, int pictures, RunCompany company)
    {
        if (!LatentCodec.Serves(model))
            return null;
        int together = Math.Min(pictures, new PlannedPictures(settings, MemoryForecast.FactorOf(model, PictureDecoder.UpscalerConfigOf(model))).Together);
        MemoryForecast? alone = MemoryForecast.Of(model, settings.Width, settings.Height, together, settings.ReadsNegative, company.ControlNets);
        return company.Refiner is null ? alone
            : MemoryForecast.Of(company.Refiner, settings.Width, settings.Height, together, settings.ReadsNegative) is MemoryForecast refiner
            ? alone?.With(refiner, company.SwitchAt) : null;
    }

    // The least change first.
    private static IEnumerable<(string Change, WeightHolding Holding)> Holdings(WeightHolding own)
    {
        foreach (bool staged in own.Staged ? (bool[])[true] : [false, true])
            foreach ((string name, WeightPrecision precision) in WeightHolding.Names.Where(entry => entry.Value >= own.Precision))
                if (precision != own.Precision || staged != own.Staged)
                    yield return (string.Join(' ', Words(name, precision, staged)), own with { Precision = precision, Staged = staged });

        IEnumerable<string> Words(string name, WeightPrecision precision, bool staged)
        {
            if (staged && !own.Staged)
                yield return "--low-memory";
            if (precision != own.Precision)
                yield return $"--precision {name}";
        }
    }
}

/// <summary>What draws with a model and is not loaded yet.</summary>
/// <param name="Refiner">The model that takes over before the end; null for none.</param>
/// <param name="SwitchAt">The share of the run before, 0 to 1.</param>
public sealed record RunCompany(ModelSource? Refiner = null, double SwitchAt = 0.8)
{
    /// <summary>Files or folders of ControlNets.</summary>
    public IReadOnlyList<string> ControlNets { get; init; } = [];
}
