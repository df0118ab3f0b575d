using System.Diagnostics;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

/// <summary>What only a real process shows: streams, exit codes, signals, the working directory.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_picture_goes_to_the_working_directory_under_the_prompts_name()
    {
        using Process process = Start("generate", "a red apple", "--model", TinyModel.Folder, "--seed", "42");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith("a-red-apple.png  32x32  seed 42  3 steps  ", output, StringComparison.Ordinal);
        Assert.Equal([_folder["a-red-apple.png"]], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void An_error_is_one_line_on_the_error_stream_and_code_2()
    {
        using Process process = Start("generate", "a cat", "--model", TinyModel.Folder, "--steps", "0");
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((2, ""), (process.ExitCode, output));
        Assert.Equal("pareidolia: Steps is 0; a number from 1 to 1000 is needed.\n", error);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("-INT", 130)]
    [InlineData("-TERM", 143)]
    public void A_signal_ends_it_with_its_code_and_no_half_written_file(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        using Process process = Start("generate", "a cat", "--model", TinyModel.Folder, "--steps", "500", "--count", "10000");
        Assert.StartsWith("drawing 10000 pictures", process.StandardError.ReadLine(), StringComparison.Ordinal);
        using (Process kill = Process.Start("kill", [signal, process.Id.ToString()]))
            kill.WaitForExit();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), $"The process went on after {signal}.");
        Assert.Equal(code, process.ExitCode);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pareidolia.Cli.dll"), .. arguments])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}
