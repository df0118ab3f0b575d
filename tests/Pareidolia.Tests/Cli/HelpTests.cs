using System.CommandLine;
using Pareidolia.Cli;

namespace Pareidolia.Tests.Cli;

/// <summary>Every command says what it is for, also to someone who does not know yet what it needs.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Commands() => [.. PathsBelow(Program.Root(new CommandIo(TextWriter.Null, TextWriter.Null, CancellationToken.None)), "")];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_help_with_examples(string command)
    {
        Ran ran = CommandLine.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Contains("Usage:\n", ran.Output, StringComparison.Ordinal);
        string first = command.Length == 0 ? "generate" : command.Split(' ')[0];
        Assert.Contains($"Examples:\n  pareidolia {first}", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_command_misses_is_said_with_the_help_that_shows_it()
    {
        Ran ran = CommandLine.Run("data", "pack", "mine");
        Assert.Equal(2, ran.Code);
        Assert.Contains("(pareidolia data pack --help shows how.)", ran.ErrorLine, StringComparison.Ordinal);
    }

    private static IEnumerable<string> PathsBelow(Command command, string path) =>
        command.Subcommands.SelectMany(below => PathsBelow(below, $"{path} {below.Name}".TrimStart())).Prepend(path);
}
