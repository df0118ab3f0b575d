using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Pareidolia.Server.Observing;

/// <summary>
/// Listens to .NET's meters and writes what they say as Prometheus reads it (text format 0.0.4). The exporter package of OpenTelemetry for this format has
/// had no release but betas.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    /// <summary>The content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    // So many sets of labels of one instrument are kept: a client cannot fill the memory with routes that it makes up.
    private const int MostSeries = 2000;

    private const string Runtime = "System.Runtime";

    private static readonly string[] s_meters = [StudioMeters.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Series> _all = new();

    /// <summary>Begins to listen.</summary>
    /// <param name="factory">Whoever else serves in this process has meters of the same names from another one.</param>
    public PrometheusText(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Runtime || (s_meters.Contains(instrument.Meter.Name) && ReferenceEquals(instrument.Meter.Scope, factory)))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All of it, as of now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        StringBuilder text = new();
        foreach (IGrouping<string, Series> family in _all.Values.GroupBy(series => series.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            _ = text.Append($"# HELP {family.Key} {family.First().Help}\n# TYPE {family.Key} {family.First().Kind}\n");
            foreach (Series series in family.OrderBy(series => series.Labels, StringComparer.Ordinal))
                series.Write(text);
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = Labels(tags), name = NameOf(instrument), key = $"{name}{{{labels}}}";
        if (!_all.TryGetValue(key, out Series? series))
        {
            if (_all.Count >= MostSeries)
                return;
            series = _all.GetOrAdd(key, _ => new Series(name, labels, KindOf(instrument), instrument.Description ?? instrument.Name));
        }
        series.Take(value, adds: instrument.GetType().Name.StartsWith("Counter", StringComparison.Ordinal) || instrument.GetType().Name.StartsWith("UpDown", StringComparison.Ordinal));
    }

    private static string NameOf(Instrument instrument)
    {
        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return $"{instrument.Name.Replace('.', '_')}{unit}{(KindOf(instrument) == "counter" ? "_total" : "")}";
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        string name when name.StartsWith("Histogram", StringComparison.Ordinal) => "histogram",
        string name when name.StartsWith("Counter", StringComparison.Ordinal) || name.StartsWith("ObservableCounter", StringComparison.Ordinal) => "counter",
        _ => "gauge",
    };

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        StringBuilder labels = new();
        foreach ((string name, object? value) in tags)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            _ = labels.Append(labels.Length == 0 ? "" : ",").Append(name.Replace('.', '_'))
                .Append("=\"").Append(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');
        }
        return labels.ToString();
    }

    private sealed class Series(string name, string labels, string kind, string help)
    {
        private static readonly double[] s_bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

        private readonly Lock _gate = new();
        private readonly long[] _buckets = new long[s_bounds.Length];
        private double _value;
        private long _count;

        public string Name { get; } = name;

        public string Labels { get; } = labels;

        public string Kind { get; } = kind;

        public string Help { get; } = help.ReplaceLineEndings(" ");

        public void Take(double value, bool adds)
        {
            lock (_gate)
            {
                _value = Kind == "histogram" || adds ? _value + value : value;
                _count++;
                for (int i = 0; i < s_bounds.Length; i++)
                    if (value <= s_bounds[i])
                        _buckets[i]++;
            }
        }

        public void Write(StringBuilder text)
        {
            lock (_gate)
            {
                if (Kind != "histogram")
                {
                    Line(text, "", Labels, _value);
                    return;
                }
                for (int i = 0; i < s_bounds.Length; i++)
                    Line(text, "_bucket", With(s_bounds[i].ToString(CultureInfo.InvariantCulture)), _buckets[i]);
                Line(text, "_bucket", With("+Inf"), _count);
                Line(text, "_sum", Labels, _value);
                Line(text, "_count", Labels, _count);
            }
        }

        private string With(string bound) => $"{Labels}{(Labels.Length > 0 ? "," : "")}le=\"{bound}\"";

        private void Line(StringBuilder text, string suffix, string all, double value) => text.Append(Name).Append(suffix)
            .Append(all.Length > 0 ? $"{{{all}}}" : "").Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }
}
