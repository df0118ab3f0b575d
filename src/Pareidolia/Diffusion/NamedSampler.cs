namespace Pareidolia.Diffusion;

/// <summary>A sampler as people name it.</summary>
/// <param name="Name">The name in ComfyUI or, where it has none, one in its style, such as dpmpp_2m.</param>
/// <param name="Label">The name in the web UI or, where it has none, one in its style, such as DPM++ 2M.</param>
/// <param name="Schedule">The noise schedule that the web UI's "automatic" gives it.</param>
public sealed record NamedSampler(string Name, string Label, string Schedule)
{
    /// <summary>
    /// Order of convergence to the solution of the diffusion ODE, of the form without noise where there is one, as seen on a Gaussian: lower-order
    /// starts count where they weigh. 0 for what is no solver of it.
    /// </summary>
    public double Order { get; init; } = 1;

    /// <summary>How often it asks the network in a step.</summary>
    public int Evaluations { get; init; } = 1;

    /// <summary>Whether it adds noise in its steps.</summary>
    public bool AddsNoise { get; init; }

    /// <summary>Whether it asks for the estimate without the prompt too (CFG++), even at guidance 1.</summary>
    public bool NeedsUnguided { get; init; }

    /// <summary>Whether the web UI has it.</summary>
    public bool InWebUi { get; init; }

    /// <summary>Whether ComfyUI has it.</summary>
    public bool InComfyUi { get; init; }

    /// <summary>The diffusers class that does it; null for none.</summary>
    public string? DiffusersClass { get; init; }

    /// <summary>Names in other programs.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

/// <summary>A noise schedule as people name it.</summary>
/// <param name="Name">The name in ComfyUI or, where it has none, the web UI.</param>
/// <param name="Label">The name on the web UI's page.</param>
/// <param name="Description">Where it puts the sigmas.</param>
public sealed record NamedSchedule(string Name, string Label, string Description)
{
    /// <summary>Names in other programs.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}
