using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Pareidolia.Server.Tests;

/// <summary>The real program, in a process of its own that can be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Announced = "listening on ";

    private readonly Process _process;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Asks it.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static ServerProcess Start(string data, string model, params string[] more)
    {
        ProcessStartInfo start = new("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Pareidolia.Cli.dll"), "serve", "--data", data, "--model", model, "--port", "0", "--threads", "1", .. more])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["PAREIDOLIA_LOG_LEVEL"] = "None";
        Process process = Process.Start(start)!;
        string? line = process.StandardOutput.ReadLine();
        Assert.True(line?.StartsWith(Announced, StringComparison.Ordinal) == true, $"The server said '{line}'.");
        return new ServerProcess(process, new Uri(line[Announced.Length..]));
    }

    /// <summary>Ends it at once, wherever it is (kill -9).</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to end (SIGTERM) and returns its exit code.</summary>
    public int Stop()
    {
        using (Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]))
            kill.WaitForExit();
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(60)), "The server went on after SIGTERM.");
        return _process.ExitCode;
    }

    /// <summary>The answer of a GET, as JSON.</summary>
    public async Task<JsonElement> Get(string path) => JsonElement.Parse(await Client.GetStringAsync(path));

    /// <summary>Sends JSON; null where the server was gone before it answered.</summary>
    public async Task<JsonElement?> TrySend(HttpMethod method, string path, string body, string? key = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        try
        {
            using HttpResponseMessage response = await Client.SendAsync(request);
            string answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, answer);
            return JsonElement.Parse(answer);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}
