using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Pareidolia.Server.Observing;

/// <summary>Sends metrics and traces to an OpenTelemetry collector, where one is named.</summary>
internal static class Telemetry
{
    /// <summary>Adds it.</summary>
    /// <param name="services">The parts.</param>
    /// <param name="collector">The collector's address (OTLP); null for none.</param>
    public static void AddTelemetry(this IServiceCollection services, Uri? collector)
    {
        if (collector is null)
            return;
        _ = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("pareidolia"))
            .WithMetrics(metrics => metrics.AddMeter(StudioMeters.Name, "Microsoft.AspNetCore.Hosting", "System.Runtime").AddOtlpExporter(otlp => otlp.Endpoint = collector))
            .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation().AddOtlpExporter(otlp => otlp.Endpoint = collector));
    }
}
