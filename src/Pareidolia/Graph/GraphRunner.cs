using System.Diagnostics;
using System.Text.Json.Nodes;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Validation;
using Pareidolia.Tensors;

namespace Pareidolia.Graph;

/// <summary>What a run is given besides its graph.</summary>
public sealed record GraphRunSettings
{
    /// <summary>The outputs that are to run; null for all.</summary>
    public IReadOnlyCollection<string>? Targets { get; init; }

    /// <summary>What is written into pictures beside the graph, a text for each key: <c>workflow</c>, usually. Null for nothing.</summary>
    public JsonObject? ExtraInfo { get; init; }

    /// <summary>Whether steps are shown.</summary>
    public bool Previews { get; init; }

    /// <summary>Most pictures that a node may make at a time.</summary>
    public int MostPictures { get; init; } = int.MaxValue;

    /// <summary>Most pixels of each of them.</summary>
    public long MostPixels { get; init; } = long.MaxValue;
}

/// <summary>
/// Checks and runs graphs of nodes, as ComfyUI does. It holds the weights and the results of the last run, so that the next one need not begin anew.
/// <code>
/// using GraphRunner runner = new(new GraphFolders("input", "output", "temp", "models"));
/// GraphPrompt prompt = GraphPrompt.Parse(File.ReadAllText("graph.json"));
/// GraphOutcome outcome = runner.Run(prompt, new GraphRunSettings(), happening =&gt; Console.WriteLine(happening));
/// </code>
/// Graphs run one at a time.
/// </summary>
public sealed class GraphRunner : IDisposable
{
    // What someone wished to be let go of while a graph ran.
    private const int Results = 1, WeightsToo = 2;

    private readonly GraphFolders _folders;
    private readonly LoadedWeights _models;
    private readonly GraphValidator _validator;
    private readonly NodeCache _cache = new();
    private readonly Lock _running = new();
    private int _wish;

    /// <summary>Takes folders; networks compute on a device, null for the usual one.</summary>
    public GraphRunner(GraphFolders folders, Backend? device = null)
    {
        ArgumentNullException.ThrowIfNull(folders);
        (_folders, _models, _validator) = (folders, new LoadedWeights(folders, device, bytes => MakeRoom?.Invoke(bytes)), new GraphValidator(folders));
    }

    /// <summary>Where graphs find and write files.</summary>
    public GraphFolders Folders => _folders;

    /// <summary>Bytes of the weights that are in memory.</summary>
    public long WeightBytes => _models.Bytes;

    /// <summary>Told how many bytes of weights are about to be loaded, in the midst of a run, for who has others in memory to let go of; null for nobody.</summary>
    public Action<long>? MakeRoom { get; set; }

    /// <summary>Says what of a graph can run, and what is wrong with the rest.</summary>
    /// <param name="prompt">The graph.</param>
    /// <param name="targets">The outputs that are to run; null for all.</param>
    public GraphCheck Check(GraphPrompt prompt, IReadOnlyCollection<string>? targets = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return _validator.Check(prompt, targets);
    }

    /// <summary>Runs what of a graph can run.</summary>
    /// <param name="prompt">The graph.</param>
    /// <param name="settings">What else it is given.</param>
    /// <param name="report">Told of everything that happens, on this thread.</param>
    /// <param name="cancelled">Ends the run between two steps.</param>
    /// <exception cref="PareidoliaException">None of its outputs can run; the message says why.</exception>
    public GraphOutcome Run(GraphPrompt prompt, GraphRunSettings settings, Action<GraphEvent> report, CancellationToken cancelled = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(report);
        try
        {
            lock (_running)
            {
                GraphCheck check = _validator.Check(prompt, settings.Targets);
                if (check.Fault is not null)
                    throw new PareidoliaException(string.Join("; ", check.Sentences()));
                return new PromptRun(this, prompt, settings, report, cancelled).Run(check.Outputs);
            }
        }
        finally
        {
            FreeAsWished();
        }
    }

    /// <summary>Lets go of what earlier runs left, and waits for the graph that runs.</summary>
    /// <param name="models">Weights too.</param>
    public void Free(bool models)
    {
        lock (_running)
        {
            _cache.KeepOnly([]);
            if (models)
                _models.Free();
        }
    }

    /// <summary>The same without waiting: where a graph runs, it is done when that is over.</summary>
    /// <param name="models">Weights too.</param>
    public void FreeWhenIdle(bool models)
    {
        _ = Interlocked.Or(ref _wish, models ? WeightsToo : Results);
        FreeAsWished();
    }

    // Whoever holds the lock looks once more when it has let go of it, so that no wish is lost in between.
    private void FreeAsWished()
    {
        while (Volatile.Read(ref _wish) != 0 && _running.TryEnter())
            try
            {
                if (Interlocked.Exchange(ref _wish, 0) is not 0 and int wish)
                    Free((wish & WeightsToo) == WeightsToo);
            }
            finally
            {
                _running.Exit();
            }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cache.Dispose();
        _models.Dispose();
    }

    // One run of one graph.
    private sealed class PromptRun(GraphRunner owner, GraphPrompt prompt, GraphRunSettings settings, Action<GraphEvent> report, CancellationToken cancelled)
    {
        private readonly List<string> _executed = [];
        private readonly Dictionary<string, IReadOnlyList<GraphPicture>> _shown = [];
        private Dictionary<string, string> _signatures = [];

        public GraphOutcome Run(IReadOnlyList<string> outputs)
        {
            IReadOnlyList<string> order = NodeOrder.Of(prompt, outputs).Order;
            _signatures = NodeCache.Signatures(prompt, order, owner._validator, owner._folders);
            owner._cache.KeepOnly(_signatures.Values);
            HashSet<string> needed = Needed(outputs);
            report(new NodesCached([.. order.Where(id => !needed.Contains(id))]));
            foreach (string id in order)
                // Another node of the same kind and values may have run by now.
                if (!needed.Contains(id) || owner._cache.Find(_signatures[id]) is not null)
                    Show(id);
                else if (RunNode(id) is GraphFailure failure)
                    return new GraphOutcome(failure, _executed, _shown);
            return new GraphOutcome(null, _executed, _shown);
        }

        // A node whose result is known is not run, nor is what only such nodes need.
        private HashSet<string> Needed(IReadOnlyList<string> outputs)
        {
            HashSet<string> needed = [];
            Stack<string> open = new(outputs);
            while (open.TryPop(out string? id))
                if (owner._cache.Find(_signatures[id]) is null && needed.Add(id))
                    foreach ((_, NodeLink link) in prompt.Nodes[id].Links)
                        open.Push(link.Node);
            return needed;
        }

        private GraphFailure? RunNode(string id)
        {
            GraphNode node = prompt.Nodes[id];
            Stopwatch clock = Stopwatch.StartNew();
            report(new NodeStarted(id));
            try
            {
                cancelled.ThrowIfCancellationRequested();
                using (Scope scope = new())
                    owner._cache.Add(_signatures[id], NodeCatalog.Find(node.Class!)!.Run(ArgumentsOf(node), Context(id)).Owned());
                _executed.Add(id);
                Show(id);
                report(new NodeFinished(id, clock.Elapsed));
                return null;
            }
            catch (OperationCanceledException)
            {
                return new GraphFailure(id, node.Class!, null);
            }
            catch (Exception error)
            {
                return new GraphFailure(id, node.Class!, error);
            }
        }

        private void Show(string id)
        {
            if (owner._cache.Find(_signatures[id])?.Pictures is not { Count: > 0 } pictures)
                return;
            _shown[id] = pictures;
            report(new NodeShowed(id, pictures));
        }

        private Arguments ArgumentsOf(GraphNode node)
        {
            Node kind = NodeCatalog.Find(node.Class!)!;
            Arguments read = owner._validator.Read(node, kind);
            foreach ((string name, NodeLink link) in node.Links)
                if (kind.Find(name) is Input input)
                    read.Set(input.Name, owner._cache.Find(_signatures[link.Node])!.Values[link.Slot]);
            return read;
        }

        private NodeRun Context(string id) => new(owner._folders, owner._models, cancelled)
        {
            Prompt = prompt.Json,
            ExtraInfo = settings.ExtraInfo,
            Previews = settings.Previews,
            MostPictures = settings.MostPictures,
            MostPixels = settings.MostPixels,
            Progress = (value, most, picture) =>
            {
                report(new NodeProgress(id, value, most));
                if (picture is not null)
                    report(new NodePreview(id, picture));
            },
        };
    }
}
