using System.Diagnostics;
using System.Text.Json;
using Pareidolia.Tests;

namespace Pareidolia.Server.Tests.Comfy;

/// <summary>The API through a client that we did not write: @saintno/comfyui-sdk from npm.</summary>
public sealed class ForeignClientTests
{
    private static readonly string s_script = Path.Combine(RepositoryRoot.Path, "tests", "Pareidolia.Server.Tests", "Comfy", "Client");

    [Fact]
    public async Task Comfyui_sdk_draws_watches_and_uploads()
    {
        // Fetching a client asks the network, which tests do not do unasked.
        if (Environment.GetEnvironmentVariable("PAREIDOLIA_CLIENTS") != "1")
            Assert.Skip("The foreign client is fetched from npm and tried with PAREIDOLIA_CLIENTS=1.");
        using TemporaryFolder folder = new();
        foreach (string file in Directory.GetFiles(s_script))
            File.Copy(file, folder[Path.GetFileName(file)]);
        if (await Run(folder.Path, "npm", "install", "--no-audit", "--no-fund", "--silent") is not (0, _))
            Assert.Skip("npm is not here, or cannot reach a registry: the foreign client was not tried.");
        await using TestStudio studio = await TestStudio.Start(options => options with { Models = [Path.Combine(RepositoryRoot.Golden, "sd-tiny", "pipeline")] });
        (int code, string output) = await Run(folder.Path, "node", "client.mjs", studio.Client.BaseAddress!.GetLeftPart(UriPartial.Authority), "pipeline");
        Assert.True(code == 0, output);
        JsonElement seen = JsonElement.Parse(output);
        Assert.Equal("pipeline", seen.GetProperty("checkpoints")[0].GetString());
        Assert.InRange(seen.GetProperty("samplers").GetInt32(), 30, 60);
        Assert.StartsWith("client_0000", seen.GetProperty("output").GetProperty("images")[0].GetProperty("filename").GetString()!, StringComparison.Ordinal);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], seen.GetProperty("pictureBytes").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Contains("success", seen.GetProperty("history").EnumerateArray().Select(status => status.GetString()));
        Assert.True(seen.GetProperty("previews").GetInt32() >= 3, output);
        Assert.NotEmpty(seen.GetProperty("refused").GetProperty("failure").GetString()!);
        Assert.NotEmpty(seen.GetProperty("afterwards").GetProperty("images").EnumerateArray());
        Assert.Equal("cat.png", seen.GetProperty("uploaded").GetString());
    }

    private static async Task<(int Code, string Output)> Run(string folder, string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            using CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, process.ExitCode == 0 ? await output : await errors);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (127, $"{program} is not here.");
        }
    }
}
