using System.Text.Json;
using Pareidolia.Cli;
using Pareidolia.Tests;

namespace Pareidolia.Server.Tests.Cli;

/// <summary>Settings by file, environment and command line.</summary>
public sealed class ServeSettingsTests
{
    [Fact]
    public void The_command_line_counts_more_than_the_environment_and_that_more_than_the_file()
    {
        ServeSettings set = new(JsonElement.Parse("""{"port": 1, "data": "file", "auth": true, "model": ["a", "b"], "host": "one"}"""), name => name == "PAREIDOLIA_PORT" ? "2" : null);
        Assert.Equal([3, 2], [set.Whole("port", 9, 3)!.Value, set.Whole("port", 9)!.Value]);
        Assert.Equal(("given", "file", null), (set.Text("data", "given"), set.Text("data"), set.Text("listen")));
        Assert.True(set.Flag("auth"));
        Assert.Equal(["a", "b"], set.Texts("model", []));
        Assert.Equal(["one"], set.Texts("host", null));
    }

    [Theory]
    [InlineData("""{"prot": 1}""", "has 'prot'; there are listen, port, ")]
    [InlineData("[]", "is no JSON object.")]
    [InlineData("{", "cannot be read: ")]
    public void A_file_that_makes_no_sense_is_refused(string text, string sentence)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["studio.json"], text);
        Assert.Contains(sentence, Assert.Throws<PareidoliaException>(() => ServeSettings.Load(folder["studio.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_that_comes_along_is_understood_and_the_page_of_settings_names_each()
    {
        _ = ServeSettings.Load(Path.Combine(RepositoryRoot.Path, "deploy", "pareidolia.json"));
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "server.md"));
        Assert.All(ServeSettings.Known, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Ending_the_server_over_HTTP_has_its_option() =>
        Assert.Contains("--api-server-stop", new ServeCommand(new CommandIo(TextWriter.Null, TextWriter.Null)).Command.Options.Select(option => option.Name));

    [Fact]
    public void Numbers_and_flags_are_checked()
    {
        ServeSettings set = new(JsonElement.Parse("""{"port": 70000, "auth": "perhaps"}"""), _ => null);
        Assert.Equal("port is '70000'; a whole number from 0 to 65535 is needed.", Assert.Throws<PareidoliaException>(() => set.Whole("port", 65535)).Message);
        Assert.Equal("auth is 'perhaps'; true or false is needed.", Assert.Throws<PareidoliaException>(() => set.Flag("auth")).Message);
    }
}
