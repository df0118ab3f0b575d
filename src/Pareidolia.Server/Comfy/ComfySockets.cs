using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Comfy;

/// <summary>ComfyUI's web sockets: tells each client how the queue stands, and how its own prompts go on.</summary>
/// <param name="store">The jobs.</param>
/// <param name="events">What happens to jobs.</param>
/// <param name="options">Limits.</param>
internal sealed class ComfySockets(JobStore store, JobEvents events, StudioOptions options)
{
    private const int MostUnread = 4096;
    private const int MostUnreadWithPreviews = 64;
    private const int LongestFrame = 1 << 16;
    private const int PreviewEvent = 1, PreviewWithMetadataEvent = 4, Png = 2;

    // A client reads the answer to its prompt and these messages over two connections: the answer needs a moment to come first.
    private static readonly TimeSpan s_headStart = TimeSpan.FromMilliseconds(30);

    private readonly ConcurrentDictionary<Client, byte> _clients = new();

    /// <summary>The node that runs, by the client whose prompt it is of: one who comes back is told.</summary>
    public (string ClientId, string PromptId, string Node)? Current { get; set; }

    /// <summary>Jobs that wait or run.</summary>
    public int Remaining => store.CountUnfinished(GraphSettings.Kind);

    /// <summary>Serves one client until it goes away.</summary>
    public async Task Serve(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            throw Refusal.Bad("This address is for web sockets.");
        string id = context.Request.Query["clientId"].ToString() is { Length: > 0 and <= 200 } given ? given : Guid.NewGuid().ToString("N");
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        Client client = new(id, socket);
        _clients[client] = 0;
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        try
        {
            client.Tell(StatusMessage(id));
            if (Current is (string owner, string prompt, string node) && owner == id)
                client.Tell(Message("executing", new JsonObject { ["node"] = node, ["display_node"] = node, ["prompt_id"] = prompt }));
            Task sending = client.Send(gone.Token), watching = Watch(client, gone.Token);
            await Receive(client, gone.Token).ConfigureAwait(false);
            await gone.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, watching).ConfigureAwait(false);
        }
        finally
        {
            _ = _clients.TryRemove(client, out _);
        }
    }

    /// <summary>
    /// Keeps messages to one client back until it has the answer to its request: else it hears of a prompt whose name it does not know yet, and misses
    /// how it went on.
    /// </summary>
    public void HoldUntilAnswered(string? clientId, HttpContext request)
    {
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (Client client in _clients.Keys)
            if (client.Id == clientId)
                client.HoldUntil(answered.Task);
        request.Response.OnCompleted(() =>
        {
            // Not waited for: the connection's next request need not.
            _ = Task.Delay(s_headStart, CancellationToken.None).ContinueWith(_ => answered.SetResult(), TaskScheduler.Default);
            return Task.CompletedTask;
        });
    }

    /// <summary>Tells one client.</summary>
    public void Tell(string? clientId, string type, JsonObject data)
    {
        string? text = null;
        foreach (Client client in _clients.Keys)
            if (client.Id == clientId)
                client.Tell(text ??= Message(type, data));
    }

    /// <summary>Shows one client a picture: in the newer form where it asked for that, else in the older.</summary>
    public void Show(string? clientId, byte[] png, JsonObject metadata)
    {
        foreach (Client client in _clients.Keys)
            if (client.Id == clientId)
                client.Show(client.ReadsMetadata ? Framed(png, metadata) : Framed(png));
    }

    private static string? ClientOf(Job job) => JsonBody.Text(job.Settings, "clientId");

    private string StatusMessage(string? sid = null)
    {
        JsonObject data = new() { ["status"] = new JsonObject { ["exec_info"] = new JsonObject { ["queue_remaining"] = Remaining } } };
        if (sid is not null)
            data["sid"] = sid;
        return Message("status", data);
    }

    private static string Message(string type, JsonObject data) => new JsonObject { ["type"] = type, ["data"] = data.DeepClone() }.ToJsonString();

    // Whenever a job changes its state, the queue is another one. A prompt that is cancelled before it began has no run that would tell.
    private async Task Watch(Client client, CancellationToken gone)
    {
        using JobEvents.Watcher watcher = events.Watch();
        try
        {
            await foreach (StudioEvent happened in watcher.All(gone).ConfigureAwait(false))
            {
                if (happened.Name == "job")
                    client.Tell(StatusMessage());
                if (happened.Name == "failed" && store.Find(happened.JobId) is Job { Kind: GraphSettings.Kind, State: JobState.Cancelled, StartedAt: null } job && ClientOf(job) == client.Id)
                    client.Tell(Message(PromptHistory.Interrupted, PromptHistory.EndOf(job)));
            }
        }
        catch (OperationCanceledException)
        {
            // The client went away.
        }
    }

    private async Task Receive(Client client, CancellationToken gone)
    {
        byte[] buffer = new byte[LongestFrame];
        bool first = true;
        while (client.Socket.State == WebSocketState.Open)
        {
            try
            {
                ValueWebSocketReceiveResult received = await client.Socket.ReceiveAsync(buffer.AsMemory(), gone).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close || !received.EndOfMessage)
                    return;
                if (first && received.MessageType == WebSocketMessageType.Text)
                    Negotiate(client, Encoding.UTF8.GetString(buffer, 0, received.Count));
                first = false;
            }
            catch (Exception error) when (error is WebSocketException or OperationCanceledException)
            {
                return;
            }
        }
    }

    // The first frame may say what the client can do.
    private void Negotiate(Client client, string text)
    {
        try
        {
            if (JsonNode.Parse(text) is not JsonObject message || message["type"]?.ToString() != "feature_flags" || message["data"] is not JsonObject can)
                return;
            client.ReadsMetadata = can["supports_preview_metadata"]?.GetValueKind() == JsonValueKind.True;
            client.Tell(Message("feature_flags", Features(options)));
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            // What is no JSON, has a name twice or half a character says nothing.
        }
    }

    /// <summary>What the server can do.</summary>
    public static JsonObject Features(StudioOptions options) => new() { ["supports_preview_metadata"] = true, ["max_upload_size"] = options.MostBodyBytes };

    private static byte[] Framed(byte[] png)
    {
        byte[] frame = new byte[8 + png.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, PreviewEvent);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), Png);
        png.CopyTo(frame, 8);
        return frame;
    }

    private static byte[] Framed(byte[] png, JsonObject metadata)
    {
        byte[] json = Encoding.UTF8.GetBytes(metadata.ToJsonString()), frame = new byte[8 + json.Length + png.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, PreviewWithMetadataEvent);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), json.Length);
        json.CopyTo(frame, 8);
        png.CopyTo(frame, 8 + json.Length);
        return frame;
    }

    // One connection. What a slow client has not read is dropped: previews soon, messages in the end, the oldest first.
    private sealed class Client(string id, WebSocket socket)
    {
        private readonly Channel<(byte[] Frame, bool IsText)> _unread = Channel.CreateBounded<(byte[], bool)>(
            new BoundedChannelOptions(MostUnread) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

        private volatile Task _held = Task.CompletedTask;

        public string Id { get; } = id;

        public WebSocket Socket { get; } = socket;

        public bool ReadsMetadata { get; set; }

        public void Tell(string text) => _ = _unread.Writer.TryWrite((Encoding.UTF8.GetBytes(text), true));

        public void Show(byte[] frame) => _ = _unread.Reader.Count < MostUnreadWithPreviews && _unread.Writer.TryWrite((frame, false));

        public void HoldUntil(Task task) => _held = Task.WhenAll(_held, task);

        public async Task Send(CancellationToken gone)
        {
            try
            {
                await foreach ((byte[] frame, bool isText) in _unread.Reader.ReadAllAsync(gone).ConfigureAwait(false))
                {
                    await _held.WaitAsync(gone).ConfigureAwait(false);
                    await Socket.SendAsync(frame, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, gone).ConfigureAwait(false);
                }
            }
            catch (Exception error) when (error is WebSocketException or OperationCanceledException)
            {
                // The client went away.
            }
        }
    }
}
