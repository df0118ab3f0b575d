using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli.Xyz;

/// <summary>
/// One run of <c>pareidolia generate</c> with axes: checks every cell before the first is drawn, draws them, writes one picture with labels, as the
/// web UI's script "X/Y/Z plot" does (https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features#xyz-plot).
/// </summary>
internal sealed class XyzRun(XyzCells plan, CommandIo io)
{
    private readonly GenerateRequest _request = plan.Request;
    private readonly List<OutputFile> _written = [];

    /// <summary>Does it all and returns the exit code.</summary>
    public int Run()
    {
        Require(_request.PromptsFile is null && _request.Count == 1, "A grid has one picture in each cell: --prompts and --count do not go with --x, --y and --z; a seed can be an axis.");
        Require(!_request.Grid && !_request.StepsStrip && !_request.Verify, "--grid, --steps-strip and --verify do not go with --x, --y and --z.");
        IReadOnlyList<Axis> axes = plan.Axes();
        IReadOnlyList<XyzCell> cells = plan.Cells(axes);
        OutputFiles files = new(_request.Output, _request.Force, _request.Format);
        OutputFiles? alone = _request.Xyz.Cells is string folder ? Folder(folder) : null;
        using ModelInUse model = new();
        int[] order = [.. Enumerable.Range(0, cells.Count).OrderBy(i => ModelInUse.KeyOf(cells[i].Request), StringComparer.Ordinal)];
        int steps = Check(cells, order, model, axes, files.Encoding);
        Image[] pictures = Draw(cells, order, steps, model, alone);
        Image grid = new XyzGrid(axes, pictures).Draw();
        OutputFile file = files.Next(files.Stem(OutputFiles.NameFor(_request.Prompt ?? "") + "-xyz"));
        files.Write(file, grid);
        new XyzReport(io, axes).Write(file, grid, cells, _written, _request.Json);
        return ExitCode.Done;
    }

    // Every cell's settings, with its own model; returns the steps of all cells.
    private int Check(IReadOnlyList<XyzCell> cells, int[] order, ModelInUse model, IReadOnlyList<Axis> axes, ImageEncoding encoding)
    {
        int steps = 0, width = 0, height = 0;
        foreach (int i in order)
        {
            io.Cancelled.ThrowIfCancellationRequested();
            // What there is to note of a prompt or a model is noted once.
            GenerateRun run = Run(cells[i], i == order[0] ? io : Silent);
            LoadedModels models = model.For(cells[i].Request, run);
            (GenerateSettings settings, _) = run.Prepare(models);
            steps += models.Pipeline.StepsOf(settings);
            (int Width, int Height) own = models.Pipeline.SizeOf(settings);
            (width, height) = (Math.Max(width, own.Width), Math.Max(height, own.Height));
        }
        (int gridWidth, int gridHeight) = XyzGrid.SizeOf(axes, width, height);
        Require((long)gridWidth * gridHeight <= PngLimits.Default.MaxPixels,
            $"The grid would have {gridWidth}x{gridHeight} pixels, more than the {PngLimits.Default.MaxPixels} that a picture may have; take fewer values or a smaller --size.");
        encoding.Require(gridWidth, gridHeight);
        return steps;
    }

    private Image[] Draw(IReadOnlyList<XyzCell> cells, int[] order, int steps, ModelInUse model, OutputFiles? alone)
    {
        Image[] pictures = new Image[cells.Count];
        ProgressLine.Show(io, $"drawing a grid of {cells.Count} pictures", steps, advance =>
        {
            foreach (int i in order)
            {
                pictures[i] = Draw(cells[i], model, advance);
                if (alone is not null)
                    Save(cells[i], pictures[i], alone);
            }
        });
        return pictures;
    }

    private Image Draw(XyzCell cell, ModelInUse model, Action advance)
    {
        GenerateRun run = Run(cell, Silent);
        LoadedModels models = model.For(cell.Request, run);
        (GenerateSettings settings, IReadOnlyList<PlannedPicture> plans) = run.Prepare(models);
        return new BatchDrawing(models.Pipeline, settings, frames: 0).Draw(plans, _ =>
        {
            io.Cancelled.ThrowIfCancellationRequested();
            advance();
        })[0].Image;
    }

    private void Save(XyzCell cell, Image picture, OutputFiles alone)
    {
        OutputFile file = alone.Next(OutputFiles.NameFor(string.Join(' ', cell.Labels)));
        alone.Write(file, picture);
        _written.Add(file);
    }

    private CommandIo Silent => io with { Error = TextWriter.Null };

    private static GenerateRun Run(XyzCell cell, CommandIo io) => new(cell.Request, io);

    private OutputFiles Folder(string folder)
    {
        Require(PictureNames.Format(folder) is null || Directory.Exists(folder), $"--cells is '{folder}', which is a picture's name; a folder is needed.");
        return new OutputFiles(folder, _request.Force, _request.Format);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new PareidoliaException(message);
    }
}
