using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pareidolia.Graph;
using Pareidolia.Server.Comfy;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server;

/// <summary>The server: a queue that survives, a gallery, and the APIs that reach them.</summary>
public static class Studio
{
    /// <summary>A server that is ready to be started.</summary>
    /// <exception cref="PareidoliaException">The options cannot be served; the message says what would be right.</exception>
    public static WebApplication Build(StudioOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Build(options, _ => { });
    }

    /// <summary>The same with further kinds of jobs.</summary>
    internal static WebApplication Build(StudioOptions options, Action<JobKinds> addKinds)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        _ = builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MostBodyBytes;
            kestrel.Listen(options.Listen, options.Port);
        });
        AddLogs(builder.Logging, options);
        AddParts(builder.Services, options, addKinds);
        WebApplication app = builder.Build();
        try
        {
            // The data folder is taken, and what it holds is read, before anything listens.
            _ = app.Services.GetRequiredService<JobQueue>();
            app.UseErrors();
            Map(app);
            return app;
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    // Requests one by one are for metrics; what jobs and people do is for the log.
    private static void AddLogs(ILoggingBuilder logging, StudioOptions options)
    {
        _ = logging.ClearProviders().SetMinimumLevel(options.LogLevel).AddFilter("Microsoft", LogLevel.Warning).AddFilter("ModelContextProtocol", LogLevel.Warning);
        _ = options.JsonLogs
            ? logging.AddJsonConsole(json => json.TimestampFormat = "O")
            : logging.AddSimpleConsole(simple => (simple.SingleLine, simple.TimestampFormat) = (true, "HH:mm:ss "));
    }

    // Made once each; the container disposes them when the server stops.
    private static void AddParts(IServiceCollection services, StudioOptions options, Action<JobKinds> addKinds)
    {
        _ = services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ServerJson.Default));
        _ = services.AddSingleton(options);
        _ = services.AddSingleton(_ => new DataFolder(options.Data));
        _ = services.AddSingleton(parts => new Database(parts.GetRequiredService<DataFolder>().Database));
        _ = services.AddSingleton<PictureStore>().AddSingleton<JobStore>().AddSingleton<JobEvents>().AddSingleton<JobQueue>();
        _ = services.AddSingleton(parts => Kinds(parts, addKinds));
        _ = services.AddComfy();
        _ = services.AddHostedService<JobWorker>();
    }

    // A new kind of jobs is a line here.
    private static JobKinds Kinds(IServiceProvider parts, Action<JobKinds> addKinds)
    {
        JobKinds kinds = new();
        new GraphJobs(parts.GetRequiredService<GraphRunner>(), parts.GetRequiredService<ComfySockets>(), parts.GetRequiredService<PictureStore>()).AddTo(kinds);
        addKinds(kinds);
        return kinds;
    }

    // A new feature is a line here.
    private static void Map(WebApplication app)
    {
        app.MapJobs();
        app.MapPictures();
        app.MapComfy();
    }
}
