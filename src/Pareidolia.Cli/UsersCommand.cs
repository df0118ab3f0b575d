using System.CommandLine;
using Pareidolia.Server;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia users add|list|remove|token</c>: who may use a studio that other machines reach.</summary>
internal sealed class UsersCommand
{
    private const string Variable = "PAREIDOLIA_PASSWORD";

    private readonly Option<string?> _data = OptionOf.Text("--data", "FOLDER", "The studio's folder, else ./studio. The studio must not be running.");
    private readonly CommandIo _io;

    public UsersCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("users", "Make and remove the users of a studio, and their API tokens.") { Add(), List(), Remove(), Token() };
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private static Argument<string> Name() => new("name") { HelpName = "NAME", Description = "The user." };

    private Command Add()
    {
        Argument<string> name = Name();
        Option<string?> role = OptionOf.Text("--role", "ROLE", "viewer, artist or admin; else artist.");
        Command command = new("add", $"Add a user, or give one a new password: the first line of the standard input, or {Variable}.") { name, role, _data };
        command.SetAction(parsed => With(parsed, studio => studio.SetUser(parsed.GetValue(name)!, Password(), parsed.GetValue(role) ?? "artist")));
        return command;
    }

    private Command List()
    {
        Command command = new("list", "List the users.") { _data };
        command.SetAction(parsed => With(parsed, studio =>
        {
            foreach ((string user, string role) in studio.Users())
                _io.Out.WriteLine($"{user}  {role}");
        }));
        return command;
    }

    private Command Remove()
    {
        Argument<string> name = Name();
        Command command = new("remove", "Remove a user, with all tokens and sessions.") { name, _data };
        command.SetAction(parsed => With(parsed, studio => studio.RemoveUser(parsed.GetValue(name)!)));
        return command;
    }

    private Command Token()
    {
        Argument<string> name = Name();
        Option<string?> note = OptionOf.Text("--note", "TEXT", "What it is for.");
        Command command = new("token", "Make an API token of a user. It is shown this once.") { name, note, _data };
        command.SetAction(parsed => With(parsed, studio => _io.Out.WriteLine(studio.AddToken(parsed.GetValue(name)!, parsed.GetValue(note) ?? ""))));
        return command;
    }

    private int With(ParseResult parsed, Action<StudioUsers> act)
    {
        using StudioUsers users = new(parsed.GetValue(_data) ?? "studio");
        act(users);
        return ExitCode.Done;
    }

    private static string Password() => Environment.GetEnvironmentVariable(Variable) ?? Console.In.ReadLine()
        ?? throw new PareidoliaException($"There is no password: write it to the standard input, or into {Variable}.");
}
