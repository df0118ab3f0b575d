using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Pareidolia.Tests;

namespace Pareidolia.Browser.Tests;

/// <summary>The studio as people run it: a process of its own with a data folder of its own. It can be killed and started again.</summary>
public sealed class StudioProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "Pareidolia.Cli.dll");

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _options;
    private Process? _process;

    private StudioProcess(string[] options) => _options = options;

    private static readonly string s_trainingData =
        Environment.GetEnvironmentVariable("PAREIDOLIA_DATA") ?? Path.Combine(RepositoryRoot.Path, "..", "shared", "data");

    /// <summary>Whether there is something to train on.</summary>
    public static bool HasTrainingData => Directory.Exists(Path.Combine(s_trainingData, "emoji"));

    /// <summary>Where it listens, without a slash at the end.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Starts one with the shipped model.</summary>
    /// <param name="users">Users who can log in, all with the password <c>correct horse</c>; none asks nobody.</param>
    public static async Task<StudioProcess> Start(params string[] users)
    {
        StudioProcess studio = new(users.Length > 0 ? ["--auth"] : []);
        foreach (string user in users)
            await studio.AddUser(user);
        await studio.Listen(0);
        return studio;
    }

    /// <summary>Starts one with more options of <c>serve</c>.</summary>
    public static async Task<StudioProcess> StartWith(params string[] options)
    {
        StudioProcess studio = new(options);
        await studio.Listen(0);
        return studio;
    }

    /// <summary>Trains a tiny network, which the page then offers to try out.</summary>
    /// <param name="kind">As <c>pareidolia train</c> calls it.</param>
    /// <param name="write">Writes the recipe and its data into a folder; gives the recipe's path.</param>
    internal async Task Teach(string kind, Func<TemporaryFolder, string> write)
    {
        using TemporaryFolder data = new();
        string[] arguments = [s_program, "train", kind, write(data), "--data", data.Path, "--run", Path.Combine(_folder["trained"], kind)];
        using Process training = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(training.StandardOutput.ReadToEndAsync(), training.StandardError.ReadToEndAsync());
        await training.WaitForExitAsync();
        Assert.Equal(0, training.ExitCode);
    }

    /// <summary>Ends it as a power cut does.</summary>
    public async Task Kill()
    {
        if (_process is not { HasExited: false } process)
            return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>Starts it again with the same data, at the same address.</summary>
    public Task StartAgain() => Listen(Address.Port);

    /// <summary>What the API answers, as JSON.</summary>
    public async Task<JsonElement> Get(string path)
    {
        using HttpClient client = new() { BaseAddress = Address };
        return await client.GetFromJsonAsync<JsonElement>(path);
    }

    /// <summary>Submits a job; its id.</summary>
    public async Task<string> Submit(object job)
    {
        using HttpClient client = new() { BaseAddress = Address };
        using HttpResponseMessage answer = await client.PostAsJsonAsync("/api/v1/jobs", job);
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    /// <summary>Waits until a job has come so far.</summary>
    public async Task<JsonElement> WaitFor(string job, Func<JsonElement, bool> isThere)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_patience)
        {
            JsonElement view = await Get($"/api/v1/jobs/{job}");
            if (isThere(view))
                return view;
            await Task.Delay(50);
        }
        throw new TimeoutException($"The job {job} did not come so far in {s_patience}: {await Get($"/api/v1/jobs/{job}")}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process?.Dispose();
        _folder.Dispose();
    }

    private async Task Listen(int port)
    {
        _process?.Dispose();
        _process = Run([
            "serve", "--port", $"{port}", "--data", _folder["studio"], "--model", Path.Combine(RepositoryRoot.Path, "models", "emoji"),
            "--recipes", Path.Combine(RepositoryRoot.Path, "recipes"), "--training-data", s_trainingData,
            "--trained", Directory.CreateDirectory(_folder["trained"]).FullName, .. _options]);
        using CancellationTokenSource limit = new(s_patience);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is string line)
        {
            if (!line.StartsWith("listening on ", StringComparison.Ordinal))
                continue;
            Address = new Uri(line["listening on ".Length..]);
            // Whatever it says later must not fill the pipe.
            _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            return;
        }
        throw new InvalidOperationException($"The studio ended with {_process.ExitCode} before it listened.");
    }

    private async Task AddUser(string name)
    {
        using Process adding = Run(["users", "add", name, "--role", "admin", "--data", _folder["studio"]]);
        await adding.StandardInput.WriteLineAsync("correct horse");
        adding.StandardInput.Close();
        await adding.WaitForExitAsync();
        Assert.Equal(0, adding.ExitCode);
    }

    private static Process Run(string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [s_program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        return Process.Start(start)!;
    }
}
