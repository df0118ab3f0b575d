using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pareidolia.Server.Jobs;
using Pareidolia.Tests;

namespace Pareidolia.Server.Tests;

/// <summary>A studio of its own on a free port of the loopback address, with real requests.</summary>
internal sealed class TestStudio : IAsyncDisposable
{
    private readonly TemporaryFolder? _own;
    private readonly WebApplication _app;

    private TestStudio(WebApplication app, TemporaryFolder? own, Uri address)
    {
        (_app, _own) = (app, own);
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>Asks it.</summary>
    public HttpClient Client { get; }

    /// <summary>One of its parts.</summary>
    public T Part<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Starts one in an empty folder, or in one that is there.</summary>
    public static async Task<TestStudio> Start(
        Func<StudioOptions, StudioOptions>? change = null, Action<JobKinds>? kinds = null, string? folder = null)
    {
        TemporaryFolder? own = folder is null ? new TemporaryFolder() : null;
        StudioOptions options = new() { Data = folder ?? own!.Path, Port = 0, LogLevel = LogLevel.None };
        WebApplication app = Studio.Build(change is null ? options : change(options), kinds ?? (_ => { }));
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new TestStudio(app, own, new Uri(address));
    }

    /// <summary>The answer to a request, as JSON; fails unless it has the status.</summary>
    public async Task<JsonElement> Json(HttpMethod method, string path, object? body = null, int status = 200, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
            request.Content = body is string text ? new StringContent(text, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body);
        foreach ((string name, string value) in headers)
            request.Headers.Add(name, value);
        using HttpResponseMessage response = await Client.SendAsync(request);
        string answer = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{method} {path} answered {(int)response.StatusCode} in the place of {status}: {answer}");
        return answer.Length == 0 ? default : JsonElement.Parse(answer);
    }

    public Task<JsonElement> Get(string path, int status = 200) => Json(HttpMethod.Get, path, null, status);

    public Task<JsonElement> Post(string path, object body, int status = 200) => Json(HttpMethod.Post, path, body, status);

    /// <summary>Waits until a job is in a state.</summary>
    public async Task<JsonElement> Wait(string id, string state, int seconds = 60)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(seconds);
        JsonElement job;
        do
        {
            job = await Get($"/api/v1/jobs/{id}");
            if (job.GetProperty("state").GetString() == state)
                return job;
            Assert.True(job.GetProperty("state").GetString() != "failed" || state == "failed", $"The job failed: {job.GetProperty("error")}");
            await Task.Delay(10);
        }
        while (DateTime.UtcNow < end);
        Assert.Fail($"The job is not {state} after {seconds} s: {job}");
        return job;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _own?.Dispose();
    }
}
