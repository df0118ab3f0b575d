using Pareidolia.Cli;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

/// <summary>Runs command lines inside the test, in an empty folder of their own for what they write.</summary>
internal sealed class CommandLine : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The path of something in the folder.</summary>
    public string this[string name] => _folder[name];

    /// <summary>The names of all files in the folder, in order.</summary>
    public IEnumerable<string> Files =>
        Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder.Path, file)).Order(StringComparer.Ordinal);

    /// <summary>Runs any command.</summary>
    public static Ran Run(params string[] arguments) => Run(arguments, CancellationToken.None);

    public static Ran Run(string[] arguments, CancellationToken cancelled)
    {
        using StringWriter output = new(), error = new();
        int code = Program.Run(arguments, new CommandIo(output, error, cancelled));
        return new Ran(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs <c>generate</c> with the tiny model.</summary>
    public static Ran Generate(params string[] arguments) => Run(["generate", .. arguments, "--model", TinyModel.Folder]);

    public void Dispose() => _folder.Dispose();
}

/// <summary>What came of a command.</summary>
internal sealed record Ran(int Code, string Output, string Error)
{
    public string[] Lines => Output.TrimEnd('\n').Split('\n');

    /// <summary>The one line that an error is.</summary>
    public string ErrorLine => Assert.Single(Error.TrimEnd('\n').Split('\n'));
}
