using System.Globalization;
using Pareidolia.Diffusion;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>Writes previews: one file for each picture that is replaced each time, or, in a folder of their own, all of them.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="pictures">Where the pictures themselves go.</param>
/// <param name="overwrite">Whether files that are there are written over.</param>
internal sealed class PreviewFiles(PreviewRequest request, OutputFiles pictures, bool overwrite)
{
    private readonly Dictionary<PlannedPicture, string> _latest = [];
    private readonly OutputFiles? _all = request is { Folder: string folder, Every: not null } ? new OutputFiles(folder, overwrite) : null;

    /// <summary>Writes those of a batch, where the step is one that is shown.</summary>
    public void Show(StableDiffusionPipeline pipeline, IReadOnlyList<PlannedPicture> batch, DenoiseStep step)
    {
        if (request.Every is not int every || (step.Index + 1) % every != 0)
            return;
        (_all ?? pictures).MakeFolder();
        IReadOnlyList<Image> images = pipeline.Preview(step, request.Means, request.Noisy);
        for (int i = 0; i < images.Count; i++)
            PngWriter.Write(PathOf(batch[i], step.Index + 1), images[i]);
    }

    private string PathOf(PlannedPicture picture, int step)
    {
        if (_all is OutputFiles all)
            return all.Next($"{all.Stem(picture.Name)}-step{step.ToString("0000", CultureInfo.InvariantCulture)}").Path;
        if (!_latest.TryGetValue(picture, out string? path))
            _latest[picture] = path = pictures.Next(pictures.Stem(picture.Name) + "-preview").Path;
        return path;
    }
}
