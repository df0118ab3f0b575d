using System.Text.Json;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.Jobs;

/// <summary>What a job tells as it goes on.</summary>
internal abstract record JobStep;

/// <summary>A step was taken.</summary>
/// <param name="Step">Steps that were taken of the pictures that are being drawn, from 1.</param>
/// <param name="Steps">All of theirs; 0 where nobody knows.</param>
/// <param name="Image">Pictures that are finished.</param>
/// <param name="Images">Pictures of the job.</param>
internal sealed record StepTaken(int Step, int Steps, int Image = 0, int Images = 1) : JobStep
{
    /// <summary>Whether it was not computed but read again from before an interruption: it says nothing about the speed.</summary>
    public bool Replayed { get; init; }

    /// <summary>How many pictures are being drawn at once: each step is one of all of them.</summary>
    public int Together { get; init; } = 1;
}

/// <summary>What the picture looks like so far.</summary>
/// <param name="File">A picture file.</param>
/// <param name="ContentType">Its type.</param>
internal sealed record PreviewShown(byte[] File, string ContentType = "image/png") : JobStep;

/// <summary>A picture is finished and stored.</summary>
/// <param name="Picture">It.</param>
internal sealed record PictureMade(Picture Picture) : JobStep;

/// <summary>What is to be kept with the job, in the place of what was there.</summary>
/// <param name="Result">Any JSON.</param>
internal sealed record ResultKnown(JsonElement Result) : JobStep;

/// <summary>Anything else, which reaches those who watch the job and is not kept.</summary>
/// <param name="Name">The event's name.</param>
/// <param name="Data">Its JSON.</param>
internal sealed record Told(string Name, JsonElement Data) : JobStep;
