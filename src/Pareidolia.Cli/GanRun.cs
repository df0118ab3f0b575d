using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>One run of <c>pareidolia generate</c> with a GAN: checks everything, draws, writes, reports.</summary>
internal sealed class GanRun(GenerateRequest request, CommandIo io)
{
    private const int Batch = 32;

    private static readonly string[] s_heard =
        ["--model", "--prompts", "--output", "--seed", "--count", "--grid", "--json", "--force", "--format", "--quality", "--threads"];

    /// <summary>Whether a model is a GAN; null is the program's own, which is none.</summary>
    public static bool Serves(string? model) => model is not null && GanPipeline.IsAt(ShippedModel.Locate(model));

    /// <summary>Refuses what would silently do nothing.</summary>
    /// <param name="model">The GAN.</param>
    /// <param name="given">The names of the options that were given.</param>
    /// <exception cref="PareidoliaException">One of them means nothing to a GAN.</exception>
    public static void Require(string model, IEnumerable<string> given)
    {
        if (given.FirstOrDefault(name => !s_heard.Contains(name)) is string name)
            throw new PareidoliaException($"'{model}' is a GAN, which draws in one pass: {name} means nothing to it; leave it out.");
    }

    /// <summary>Does it all and returns the exit code.</summary>
    public int Run()
    {
        IReadOnlyList<NamedPrompt> prompts = request.ReadPrompts();
        GanPipeline.Validate([.. prompts.Select(prompt => prompt.Text)], request.Count);
        OutputFiles files = new(request.Output, request.Force, request.Format);
        if (files.IsFile && prompts.Count > 1)
            throw new PareidoliaException($"-o is one file, '{request.Output}', for {prompts.Count} prompts: name a folder.");
        using GanPipeline pipeline = GanPipeline.Load(ShippedModel.Locate(request.Model));
        ulong seed = request.Seed ?? (ulong)Random.Shared.NextInt64(1L << 32);
        List<Drawn> drawn = [.. prompts.SelectMany(prompt => Enumerable.Range(0, request.Count).Select(i => new Drawn(prompt, seed + (ulong)i)))];
        List<Image> cells = [];
        foreach (Drawn[] batch in drawn.Chunk(Batch))
            cells.AddRange(Draw(pipeline, batch, files));
        OutputFile? grid = request.Grid ? SaveGrid(files, cells) : null;
        Report(pipeline, drawn, grid);
        return ExitCode.Done;
    }

    private IReadOnlyList<Image> Draw(GanPipeline pipeline, Drawn[] batch, OutputFiles files)
    {
        io.Cancelled.ThrowIfCancellationRequested();
        IReadOnlyList<Image> images = pipeline.Generate([.. batch.Select(picture => picture.Prompt.Text)], [.. batch.Select(picture => picture.Seed)]);
        foreach ((Drawn picture, Image image) in batch.Zip(images))
        {
            Infotext infotext = new() { Prompt = picture.Prompt.Text };
            (infotext.Fields["Seed"], infotext.Fields["Size"], infotext.Fields["Model"]) = ($"{picture.Seed}", $"{image.Width}x{image.Height}", pipeline.Name);
            image.Texts[Infotext.Key] = infotext.Build();
            picture.File = files.Next(files.Stem(picture.Prompt.Name ?? OutputFiles.NameFor(picture.Prompt.Text)));
            files.Write(picture.File, image);
        }
        return images;
    }

    private OutputFile SaveGrid(OutputFiles files, IReadOnlyList<Image> cells)
    {
        OutputFile file = files.Next(files.Stem(OutputFiles.NameFor(request.Prompt ?? "prompts")) + "-grid");
        files.Write(file, Mosaic.Grid(cells, gap: 4));
        return file;
    }

    private void Report(GanPipeline pipeline, IReadOnlyList<Drawn> drawn, OutputFile? grid)
    {
        if (request.Json)
        {
            JsonOutput.Write(io.Out, json => WriteJson(json, pipeline, drawn, grid));
            return;
        }
        foreach (Drawn picture in drawn)
            io.Out.WriteLine($"{picture.File.Path}  {pipeline.Size}x{pipeline.Size}  seed {picture.Seed}{picture.File.Note}");
        if (grid is OutputFile file)
            io.Out.WriteLine($"{file.Path}  all of them{file.Note}");
    }

    private void WriteJson(Utf8JsonWriter json, GanPipeline pipeline, IReadOnlyList<Drawn> drawn, OutputFile? grid)
    {
        json.WriteString("model", pipeline.Name);
        json.WriteNumber("width", pipeline.Size);
        json.WriteNumber("height", pipeline.Size);
        json.WriteNumber("seconds", Math.Round(io.Clock.Elapsed.TotalSeconds, 3));
        json.WriteStartArray("pictures");
        foreach (Drawn picture in drawn)
        {
            json.WriteStartObject();
            json.WriteString("file", picture.File.Path);
            json.WriteString("prompt", picture.Prompt.Text);
            json.WriteNumber("seed", picture.Seed);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (grid is OutputFile file)
            json.WriteString("grid", file.Path);
    }

    private sealed record Drawn(NamedPrompt Prompt, ulong Seed)
    {
        public OutputFile File { get; set; }
    }
}
