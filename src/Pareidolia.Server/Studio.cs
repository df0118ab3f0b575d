using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pareidolia.Graph;
using Pareidolia.Server.Comfy;
using Pareidolia.Server.Explain;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Learn;
using Pareidolia.Server.Mcp;
using Pareidolia.Server.Models;
using Pareidolia.Server.Observing;
using Pareidolia.Server.OpenAi;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Safety;
using Pareidolia.Server.Storage;
using Pareidolia.Server.Train;
using Pareidolia.Server.Upscale;
using Pareidolia.Server.Uploads;
using Pareidolia.Server.WebUi;

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
            _ = app.Services.GetRequiredService<JobWorker>();
            _ = app.Services.GetRequiredService<PrometheusText>();
            _ = app.Services.GetRequiredService<DataShelf>();
            _ = app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<JobEvents>().Close);
            RequireSafety(options, app.Services.GetRequiredService<UserStore>());
            app.UseWebUiClock();
            app.UseErrors();
            _ = app.UseRouting();
            app.UseGate();
            app.UsePage(options.Page);
            Map(app, options);
            return app;
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    // What other machines reach asks who they are.
    private static void RequireSafety(StudioOptions options, UserStore users)
    {
        if (!options.Auth && !IPAddress.IsLoopback(options.Listen))
            throw new PareidoliaException($"Listening on {options.Listen} lets other machines in: add --auth, with users made by `pareidolia users add`, or listen on 127.0.0.1.");
        if (options.Auth && users.Count == 0)
            throw new PareidoliaException("--auth needs users: make one with `pareidolia users add NAME --role admin --data FOLDER`.");
    }

    // Requests one by one are for metrics; what jobs and people do is for the log.
    private static void AddLogs(ILoggingBuilder logging, StudioOptions options)
    {
        LogLevel ofOthers = options.LogLevel > LogLevel.Warning ? options.LogLevel : LogLevel.Warning;
        _ = logging.ClearProviders().SetMinimumLevel(options.LogLevel).AddFilter("Microsoft", ofOthers).AddFilter("ModelContextProtocol", ofOthers);
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
        _ = services.AddSingleton<UserStore>().AddSingleton<AuditLog>().AddSingleton<Identity>().AddSingleton<RequestRate>();
        _ = services.AddSingleton<LoraShelf>().AddSingleton<ControlShelf>().AddSingleton<UpscalerShelf>().AddSingleton<ModelShelf>().AddSingleton<RecipeShelf>().AddSingleton<DataShelf>().AddSingleton<LessonShelf>();
        _ = services.AddSingleton<UploadStore>().AddSingleton<PictureSources>().AddSingleton<OrderReading>().AddSingleton<OrderCompletion>().AddSingleton<OrderForecast>();
        _ = services.AddSingleton<GenerateJobs>().AddSingleton<TrainJobs>().AddSingleton<ExplanationStore>().AddSingleton<ExplainJobs>().AddSingleton<UpscaleJobs>().AddSingleton<ModelJobs>();
        _ = services.AddSingleton<ClassifyJobs>().AddSingleton<FillJobs>().AddSingleton<CompleteJobs>().AddSingleton<WalkJobs>().AddSingleton<VaryJobs>();
        _ = services.AddSingleton<JobWait>().AddSingleton<WebUiOptions>().AddSingleton<WebUiControls>().AddSingleton<WebUiOrders>().AddSingleton<WebUiLists>().AddSingleton<WebUiReply>().AddSingleton<WebUiProgress>().AddSingleton<OpenAiOrders>();
        _ = services.AddSingleton(parts => Kinds(parts, addKinds));
        _ = services.AddComfy();
        _ = services.AddSingleton<StudioMeters>().AddSingleton<PrometheusText>().AddSingleton<JobWorker>();
        _ = services.AddHostedService(parts => parts.GetRequiredService<JobWorker>());
        // A step of a large picture may take long, and the running job ends with one.
        _ = services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(1));
        services.AddTelemetry(options.Collector);
        services.AddMcp();
        _ = services.AddOpenApi(api => api.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Pareidolia";
            return Task.CompletedTask;
        }));
    }

    // A new kind of jobs is a line here.
    private static JobKinds Kinds(IServiceProvider parts, Action<JobKinds> addKinds)
    {
        JobKinds kinds = new();
        new GraphJobs(parts.GetRequiredService<GraphRunner>(), parts.GetRequiredService<ComfySockets>(), parts.GetRequiredService<PromptHistory>(),
            parts.GetRequiredService<PictureStore>(), parts.GetRequiredService<StudioOptions>()).AddTo(kinds);
        addKinds(kinds);
        parts.GetRequiredService<GenerateJobs>().AddTo(kinds);
        parts.GetRequiredService<TrainJobs>().AddTo(kinds);
        parts.GetRequiredService<ExplainJobs>().AddTo(kinds);
        parts.GetRequiredService<ClassifyJobs>().AddTo(kinds);
        parts.GetRequiredService<FillJobs>().AddTo(kinds);
        parts.GetRequiredService<CompleteJobs>().AddTo(kinds);
        parts.GetRequiredService<WalkJobs>().AddTo(kinds);
        parts.GetRequiredService<VaryJobs>().AddTo(kinds);
        parts.GetRequiredService<UpscaleJobs>().AddTo(kinds);
        parts.GetRequiredService<ModelJobs>().AddTo(kinds);
        return kinds;
    }

    // A new feature is a line here.
    private static void Map(WebApplication app, StudioOptions options)
    {
        app.MapSessions();
        app.MapJobs();
        app.MapPictures();
        app.MapComfy();
        app.MapUploads();
        app.MapCatalogs();
        app.MapForecasts();
        app.MapTraining();
        app.MapExplanations();
        app.MapLessons();
        app.MapWebUi(options);
        app.MapControlNet();
        app.MapOpenAi();
        app.MapHealth();
        app.MapStudioMcp();
        _ = app.MapOpenApi("/openapi/{documentName}.json").WithMetadata(new OpenToAll());
    }
}
