using System.Text.Json.Nodes;
using Pareidolia.Graph;
using Pareidolia.Graph.Running;
using Pareidolia.Imaging;

namespace Pareidolia.Server.Comfy;

/// <summary>
/// What ComfyUI's clients hear while a prompt runs, in ComfyUI's order: execution_start, execution_cached, then for each node executing, progress and
/// executed, at the end execution_success (or why not) and executing nothing. The first and the last are kept for the history.
/// </summary>
/// <param name="sockets">The clients.</param>
/// <param name="clientId">The one whose prompt it is; null for nobody.</param>
/// <param name="promptId">The prompt.</param>
/// <param name="prompt">Its graph.</param>
/// <param name="folders">Where files lie, which clients are not told.</param>
internal sealed class PromptMessages(ComfySockets sockets, string? clientId, string promptId, JsonObject prompt, GraphFolders folders)
{
    private readonly List<string> _executed = [];
    private readonly JsonObject _outputs = [];
    private readonly JsonArray _kept = [];
    private readonly JsonObject _states = [];
    private string? _node;

    /// <summary>The run begins.</summary>
    public void Start() => Keep("execution_start", []);

    /// <summary>Something happened.</summary>
    public void Tell(GraphEvent happening)
    {
        switch (happening)
        {
            case NodesCached cached:
                Keep("execution_cached", new JsonObject { ["nodes"] = Names(cached.Nodes) });
                break;
            case NodeStarted started:
                Begin(started.Node);
                break;
            case NodeProgress progress:
                Send("progress", new JsonObject { ["value"] = progress.Value, ["max"] = progress.Most, ["node"] = progress.Node });
                SetState(progress.Node, progress.Value, progress.Most, "running");
                break;
            case NodePreview preview:
                sockets.Show(clientId, PngWriter.Encode(preview.Picture), Described(preview.Node, new JsonObject { ["image_type"] = "image/png" }));
                break;
            case NodeShowed showed:
                _outputs[showed.Node] = OutputOf(showed.Pictures);
                Send("executed", new JsonObject { ["node"] = showed.Node, ["display_node"] = showed.Node, ["output"] = OutputOf(showed.Pictures) });
                break;
            case NodeFinished finished:
                _executed.Add(finished.Node);
                SetState(finished.Node, 1, 1, "finished");
                break;
        }
    }

    /// <summary>The run is over.</summary>
    /// <param name="failure">Why it ended early; null where it did not.</param>
    /// <param name="keep">Takes what is kept of it, outputs and status as the history shows them, before clients hear that it is over.</param>
    public JsonObject End(GraphFailure? failure, Action<JsonObject> keep)
    {
        (string type, JsonObject said) = failure switch
        {
            null => ("execution_success", new JsonObject()),
            { Error: null } => (PromptHistory.Interrupted, new JsonObject { ["node_id"] = failure.Node, ["node_type"] = failure.Class, ["executed"] = Names(_executed) }),
            { Error: Exception error } => ("execution_error", Explained(failure, error)),
        };
        Note(type, said);
        JsonObject kept = new()
        {
            ["outputs"] = _outputs.DeepClone(),
            ["status"] = new JsonObject { ["status_str"] = failure is null ? "success" : "error", ["completed"] = failure is null, ["messages"] = _kept.DeepClone() },
            ["meta"] = MetaOf(),
        };
        keep(kept);
        sockets.Current = null;
        sockets.Tell(clientId, type, said);
        if (_node is not null && failure is not null)
            SetState(_node, 0, 1, "error");
        Send("executing", new JsonObject { ["node"] = null, ["display_node"] = null });
        return kept;
    }

    private static JsonArray Names(IEnumerable<string> names) => [.. names.Select(name => (JsonNode)name)];

    private static JsonObject OutputOf(IReadOnlyList<GraphPicture> pictures) => new()
    {
        ["images"] = new JsonArray(
            [.. pictures.Select(picture => new JsonObject { ["filename"] = picture.FileName, ["subfolder"] = picture.Subfolder, ["type"] = picture.Type })]),
    };

    private void Begin(string node)
    {
        _node = node;
        sockets.Current = clientId is null ? null : (clientId, promptId, node);
        Send("executing", new JsonObject { ["node"] = node, ["display_node"] = node });
        SetState(node, 0, 1, "running");
    }

    private JsonObject Explained(GraphFailure failure, Exception error) => new()
    {
        ["node_id"] = failure.Node,
        ["node_type"] = failure.Class,
        ["executed"] = Names(_executed),
        ["exception_message"] = folders.WithoutFolders(error.Message),
        ["exception_type"] = error.GetType().FullName,
        // Where in the program it happened is for its log, not for clients.
        ["traceback"] = new JsonArray(),
        ["current_inputs"] = prompt[failure.Node]?["inputs"]?.DeepClone() ?? new JsonObject(),
        ["current_outputs"] = Names(_executed),
    };

    private void SetState(string node, int value, int most, string state)
    {
        _states[node] = Described(node, new JsonObject { ["value"] = value, ["max"] = most, ["state"] = state });
        Send("progress_state", new JsonObject { ["nodes"] = _states.DeepClone() });
    }

    private JsonObject Described(string node, JsonObject more)
    {
        (more["node_id"], more["prompt_id"], more["display_node_id"], more["parent_node_id"], more["real_node_id"]) = (node, promptId, node, null, node);
        return more;
    }

    private JsonObject MetaOf()
    {
        JsonObject meta = [];
        foreach ((string node, _) in _outputs)
            meta[node] = new JsonObject { ["node_id"] = node, ["display_node"] = node, ["parent_node"] = null, ["real_node_id"] = node };
        return meta;
    }

    private void Keep(string type, JsonObject data)
    {
        Note(type, data);
        sockets.Tell(clientId, type, data);
    }

    private void Note(string type, JsonObject data)
    {
        (data["prompt_id"], data["timestamp"]) = (promptId, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        _kept.Add((JsonNode)new JsonArray(type, data));
    }

    private void Send(string type, JsonObject data)
    {
        data["prompt_id"] = promptId;
        sockets.Tell(clientId, type, data);
    }
}
