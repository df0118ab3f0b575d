using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Pareidolia.Server.Tests.Comfy;

/// <summary>A web socket of ComfyUI's API, and what came over it.</summary>
internal sealed class ComfyClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 20];

    private ComfyClient()
    {
    }

    /// <summary>Everything that came, in its order: messages, and the kinds of binary frames as "preview".</summary>
    public List<(string Type, JsonElement Data)> Messages { get; } = [];

    /// <summary>The binary frames.</summary>
    public List<byte[]> Frames { get; } = [];

    public static async Task<ComfyClient> Connect(TestStudio studio, string id, string? firstMessage = null)
    {
        ComfyClient client = new();
        UriBuilder address = new(studio.Client.BaseAddress!) { Scheme = "ws", Path = "/ws", Query = $"clientId={id}" };
        await client._socket.ConnectAsync(address.Uri, CancellationToken.None);
        if (firstMessage is not null)
            await client._socket.SendAsync(Encoding.UTF8.GetBytes(firstMessage), WebSocketMessageType.Text, true, CancellationToken.None);
        return client;
    }

    /// <summary>Reads until a message is such.</summary>
    public async Task<JsonElement> Until(Func<string, JsonElement, bool> isSuch, int seconds = 60)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            ValueWebSocketReceiveResult received = default;
            int length = 0;
            do
            {
                received = await _socket.ReceiveAsync(_buffer.AsMemory(length), limit.Token);
                length += received.Count;
            }
            while (!received.EndOfMessage);
            if (received.MessageType == WebSocketMessageType.Binary)
            {
                Frames.Add(_buffer[..length]);
                Messages.Add(("preview", default));
                continue;
            }
            JsonElement message = JsonElement.Parse(_buffer.AsSpan(0, length));
            (string type, JsonElement data) = (message.GetProperty("type").GetString()!, message.GetProperty("data"));
            Messages.Add((type, data));
            if (isSuch(type, data))
                return data;
        }
    }

    /// <summary>Reads until a prompt is over, as older clients do: a node that is nothing is executing.</summary>
    public Task<JsonElement> UntilOver(string promptId) => Until((type, data) =>
        type == "executing" && data.GetProperty("node").ValueKind == JsonValueKind.Null && data.GetProperty("prompt_id").GetString() == promptId);

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
