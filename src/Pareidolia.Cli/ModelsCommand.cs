using System.CommandLine;
using Pareidolia.Hub;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia models pull|list|remove</c>: models of a hub, in the cache that all of Hugging Face's libraries share.</summary>
internal sealed class ModelsCommand
{
    private const long ProgressUnit = 1_000_000;

    private readonly CommandIo _io;

    public ModelsCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("models", "Pull models from a hub, list and remove them.") { Pull(), List(), Remove() };
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private Command Pull()
    {
        Argument<string> name = new("name") { HelpName = "owner/name", Description = "The model, with @revision behind it if wanted." };
        Option<string?> revision = OptionOf.Text("--revision", "NAME", "A branch, a tag or a commit; else main.");
        Option<string[]> include = new("--include") { HelpName = "PATTERN", Description = "Files to bring, such as 'vae/*'; else what is needed to draw. Can be given again." };
        Command command = new("pull", "Bring a model's files into the cache, or go on where the last pull ended.") { name, revision, include };
        command.SetAction(parsed => Pull(HubName.Parse(parsed.GetValue(revision) is string wanted ? $"{parsed.GetValue(name)}@{wanted}" : parsed.GetValue(name)!),
            parsed.GetValue(include) ?? []));
        return command;
    }

    private int Pull(HubName name, string[] include)
    {
        HubSettings settings = HubSettings.FromEnvironment();
        using HubClient client = new(settings);
        HubDownload download = new(client, new HubCache(settings.CacheFolder));
        HubRevision revision = download.Plan(name, include, _io.Cancelled);
        long bytes = revision.Files.Sum(file => file.Size ?? 0), come = 0, told = 0;
        _io.Error.WriteLine($"{name}: {revision.Files.Count} files, {Shown.Bytes(bytes)}");
        string folder = "";
        ProgressLine.Show(_io, "pulling (MB)", (int)Math.Min(int.MaxValue, bytes / ProgressUnit), advance =>
        {
            folder = download.Pull(name, revision, count =>
            {
                for (come += count; told < Math.Min(come, bytes) / ProgressUnit; told++)
                    advance();
            }, _io.Cancelled);
        });
        _io.Out.WriteLine(folder);
        return ExitCode.Done;
    }

    private Command List()
    {
        Option<bool> asJson = OptionOf.Flag("--json", "Write the result as JSON.");
        Command command = new("list", "List the models in the cache.") { asJson };
        command.SetAction(parsed =>
        {
            IReadOnlyList<CachedModel> models = ShippedModel.Cache().Models;
            if (parsed.GetValue(asJson))
                WriteJson(models);
            else
                WriteTable(models);
            return ExitCode.Done;
        });
        return command;
    }

    private void WriteTable(IReadOnlyList<CachedModel> models)
    {
        if (models.Count == 0)
        {
            _io.Out.WriteLine($"no models in {HubSettings.FromEnvironment().CacheFolder}");
            return;
        }
        TextTable table = new();
        table.Add("model", "revisions", "on disk");
        foreach (CachedModel model in models)
            table.Add(model.Name, string.Join(", ", model.Revisions), Shown.Bytes(model.Bytes));
        table.Write(_io.Out);
    }

    private void WriteJson(IReadOnlyList<CachedModel> models) => JsonOutput.Write(_io.Out, json =>
    {
        json.WriteStartArray("models");
        foreach (CachedModel model in models)
        {
            json.WriteStartObject();
            json.WriteString("name", model.Name);
            json.WriteStartArray("revisions");
            foreach (string revision in model.Revisions)
                json.WriteStringValue(revision);
            json.WriteEndArray();
            json.WriteNumber("bytes", model.Bytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private Command Remove()
    {
        Argument<string> name = new("name") { HelpName = "owner/name", Description = "The model; all its revisions go." };
        Command command = new("remove", "Remove a model from the cache.") { name };
        command.SetAction(parsed =>
        {
            HubName model = HubName.Parse(parsed.GetValue(name)!);
            _io.Out.WriteLine($"{model.Id}: {Shown.Bytes(ShippedModel.Cache().Remove(model))} freed");
            return ExitCode.Done;
        });
        return command;
    }
}
