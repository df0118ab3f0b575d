using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>A picture that is to be drawn.</summary>
/// <param name="Prompt">The number of its prompt.</param>
/// <param name="Name">Its file's name without extension, where the target is a folder.</param>
/// <param name="Request">What decides it.</param>
internal sealed record PlannedPicture(int Prompt, string Name, PictureRequest Request);

/// <summary>A picture that is there and not yet in a file.</summary>
/// <param name="Plan">What it was made from.</param>
/// <param name="Image">The picture, its settings inside.</param>
/// <param name="Frames">Moments of its denoising, noise first; none unless asked for.</param>
/// <param name="Score">How well it fits its prompt; null unless asked for.</param>
internal sealed record DrawnPicture(PlannedPicture Plan, Image Image, IReadOnlyList<Image> Frames, PromptScore? Score = null);

/// <summary>A picture in its file.</summary>
/// <param name="Plan">What it was made from.</param>
/// <param name="Score">How well it fits its prompt; null unless asked for.</param>
/// <param name="File">Where it is.</param>
/// <param name="Strip">Where its denoising is; null unless asked for.</param>
/// <param name="Size">Its size, which is another than that of the run where the run draws a part of a picture, or in two passes.</param>
internal sealed record SavedPicture(PlannedPicture Plan, PromptScore? Score, OutputFile File, OutputFile? Strip, PictureSize Size);
