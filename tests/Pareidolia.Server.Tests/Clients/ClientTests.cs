using System.Diagnostics;
using Pareidolia.Tests;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.Clients;

/// <summary>
/// Clients that others wrote, from npm, against our server. They run where node is and where <c>npm ci</c> was run in <c>tests/clients</c>.
/// </summary>
public sealed class ClientTests
{
    [Theory]
    [InlineData("openai.mjs")]
    [InlineData("a1111.mjs")]
    public async Task A_client_of_npm_does_what_it_is_for(string script)
    {
        string folder = Path.Combine(RepositoryRoot.Path, "tests", "clients");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "The clients are not installed: run npm ci in tests/clients.");
        Assert.SkipUnless(await Succeeds(folder, "node", "--version"), "There is no node.");
        await using TestStudio studio = await TestStudio.Start(options => options with { Models = [TinyModel.Lively] });
        (int code, string output) = await Run(folder, "node", script, studio.Client.BaseAddress!.ToString());
        Assert.True(code == 0, output);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
    }

    private static async Task<bool> Succeeds(string folder, string program, params string[] arguments)
    {
        try
        {
            return (await Run(folder, program, arguments)).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Output)> Run(string folder, string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
