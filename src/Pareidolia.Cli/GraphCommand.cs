using System.CommandLine;
using System.Text.Json.Nodes;
using Pareidolia.Graph;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Validation;
using Pareidolia.Graph.Workflow;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia graph run|nodes</c>: graphs of nodes, as ComfyUI saves them.</summary>
internal sealed class GraphCommand
{
    private readonly CommandIo _io;

    public GraphCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("graph", "Run graphs of nodes, as ComfyUI saves them.") { Run(), Nodes() };
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private Command Run()
    {
        Argument<string> file = new("file") { HelpName = "FILE.json", Description = "A graph: ComfyUI's API form, or a workflow as its page saves it (0.4, 1.0)." };
        Option<string?> output = OptionOf.Text("--output", "FOLDER", "Where pictures go; else the working folder.", "-o");
        Option<string?> input = OptionOf.Text("--input", "FOLDER", "Where the graph's pictures are; else the graph's own folder.");
        Option<string?> models = OptionOf.Text("--models", "FOLDER", "A folder with checkpoints/, loras/, vae/ ... as ComfyUI has it.");
        Option<string?> tokenizer = OptionOf.Text("--tokenizer", "FOLDER", "The vocabulary for single files of models, which have none.");
        Option<int?> threads = OptionOf.Whole("--threads", "Threads to compute with, else one per processor.");
        Command command = new("run", "Run a graph.") { file, output, input, models, tokenizer, threads };
        command.SetAction(parsed =>
        {
            Threads.Use(parsed.GetValue(threads));
            string path = parsed.GetValue(file)!;
            using TemporaryPictures temporary = new();
            return Run(path, Folders(
                parsed.GetValue(input) ?? Path.GetDirectoryName(Path.GetFullPath(path))!, parsed.GetValue(output) ?? ".", temporary.Path,
                parsed.GetValue(models), parsed.GetValue(tokenizer)));
        });
        return command;
    }

    private int Run(string path, GraphFolders folders)
    {
        GraphPrompt prompt = WorkflowFile.Read(Text(path), out JsonObject? workflow);
        using GraphRunner runner = new(folders);
        GraphCheck check = runner.Check(prompt);
        if (check.Fault is not null)
            throw new PareidoliaException($"'{path}': {string.Join("; ", check.Sentences())}");
        foreach (string sentence in check.Sentences())
            _io.Error.WriteLine($"left out: {sentence}");
        GraphRunSettings settings = new() { ExtraInfo = workflow is null ? null : new JsonObject { ["workflow"] = workflow.DeepClone() } };
        GraphOutcome outcome = runner.Run(prompt, settings, Report, _io.Cancelled);
        foreach (GraphPicture picture in outcome.Outputs.Values.SelectMany(pictures => pictures).Where(picture => picture.Type == "output"))
            _io.Out.WriteLine(Path.Combine(Path.GetRelativePath(Environment.CurrentDirectory, folders.Output), picture.Subfolder, picture.FileName));
        return outcome.Failure switch
        {
            null => ExitCode.Done,
            { Error: null } => throw new OperationCanceledException(),
            { Error: PareidoliaException error } failure => throw new PareidoliaException($"{failure.Class} ({failure.Node}): {error.Message}", error),
            GraphFailure failure => throw new InvalidOperationException($"{failure.Class} ({failure.Node}): {failure.Error!.Message}", failure.Error),
        };
    }

    private void Report(GraphEvent happening)
    {
        if (happening is NodeProgress progress && _io.Live)
            _io.Error.Write($"\rnode {progress.Node}: {progress.Value}/{progress.Most} ");
        if (happening is NodeFinished finished && _io.Live)
            _io.Error.Write($"\rnode {finished.Node}: {Shown.Seconds(finished.Elapsed)}      \n");
    }

    private Command Nodes()
    {
        Option<bool> asJson = OptionOf.Flag("--json", "Write them as ComfyUI's /object_info does.");
        Option<bool> asMarkdown = OptionOf.Flag("--markdown", "Write the page docs/graph-nodes.md.");
        Option<string?> models = OptionOf.Text("--models", "FOLDER", "A folder with checkpoints/, loras/, vae/ ... whose files are named.");
        Command command = new("nodes", "List the nodes, what they take and what they give.") { asJson, asMarkdown, models };
        command.SetAction(parsed =>
        {
            using TemporaryPictures temporary = new();
            if (parsed.GetValue(asMarkdown))
                _io.Out.Write(NodeDescriptions.Markdown());
            else if (parsed.GetValue(asJson))
                _io.Out.WriteLine(NodeDescriptions.ObjectInfo(Folders(temporary.Path, temporary.Path, temporary.Path, parsed.GetValue(models), null)).ToJsonString());
            else
                WriteTable();
            return ExitCode.Done;
        });
        return command;
    }

    private void WriteTable()
    {
        TextTable table = new();
        table.Add("NODE", "CATEGORY", "WHAT IT DOES");
        foreach ((string name, string category, string description) in NodeDescriptions.Lines())
            table.Add(name, category, description);
        table.Write(_io.Out);
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read the graph '{path}': {error.Message}", error);
        }
    }

    private static GraphFolders Folders(string input, string output, string temporary, string? models, string? tokenizer)
    {
        if (models is not null && !Directory.Exists(models))
            throw new PareidoliaException($"The folder of models '{models}' does not exist.");
        GraphFolders folders = new(input, output, temporary, models) { Tokenizer = tokenizer ?? ShippedModel.Cache().FindTokenizer() };
        foreach ((string name, string path) in ShippedModel.All())
            folders.AddCheckpoint(name, path);
        return folders;
    }

    // Pictures that a graph only shows.
    private sealed class TemporaryPictures : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("pareidolia-graph-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
