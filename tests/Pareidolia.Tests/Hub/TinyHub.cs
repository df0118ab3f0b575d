using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pareidolia.Tests.Hub;

/// <summary>
/// A hub on a port of this machine: lists files, gives them by ranges, leads large ones to another port, and breaks in whatever way a test asks for.
/// </summary>
internal sealed class TinyHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TcpListener _hub = new(IPAddress.Loopback, 0), _store = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();

    public TinyHub()
    {
        foreach (TcpListener listener in (TcpListener[])[_hub, _store])
        {
            listener.Start();
            _ = Task.Run(() => Serve(listener));
        }
    }

    public Uri Address => new($"http://localhost:{((IPEndPoint)_hub.LocalEndpoint).Port}/");

    /// <summary>Files by path; those of 1000 bytes or more count as large.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Every request: method line, then headers.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Bytes of a body after which the connection is cut, for this many answers.</summary>
    public (int After, int Times) Cut { get; set; }

    /// <summary>A status in place of every answer, and its X-Error-Code.</summary>
    public (int Status, string Code)? Refusal { get; set; }

    /// <summary>Answers 503 this many times first.</summary>
    public int Busy { get; set; }

    /// <summary>Changes what is told about a file in the list.</summary>
    public Action<JsonObject>? Tampering { get; set; }

    /// <summary>Whether ranges are answered with the whole file.</summary>
    public bool IgnoresRanges { get; set; }

    /// <summary>Where a redirect leads in place of the store.</summary>
    public string? Elsewhere { get; set; }

    public void Dispose()
    {
        _end.Cancel();
        _hub.Stop();
        _store.Stop();
        _end.Dispose();
    }

    public static string HashOf(byte[] content)
    {
        if (content.Length >= 1000)
            return Convert.ToHexStringLower(SHA256.HashData(content));
        using IncrementalHash git = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        git.AppendData(Encoding.ASCII.GetBytes($"blob {content.Length}\0"));
        git.AppendData(content);
        return Convert.ToHexStringLower(git.GetHashAndReset());
    }

    private async Task Serve(TcpListener listener)
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(_end.Token);
                _ = Task.Run(() => Answer(client, listener == _store));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Answer(TcpClient client, bool isStore)
    {
        using (client)
        using (NetworkStream stream = client.GetStream())
        {
            string request = ReadHead(stream);
            lock (_lock)
                Requests.Add(request);
            string path = Uri.UnescapeDataString(request.Split(' ')[1].Split('?')[0]);
            if (Busy > 0 && Busy-- > 0)
                Write(stream, 503, "", []);
            else if (Refusal is (int status, string code))
                Write(stream, status, $"X-Error-Code: {code}\r\n", []);
            else if (path.StartsWith("/api/models/", StringComparison.Ordinal))
                Write(stream, 200, "", Encoding.UTF8.GetBytes(List().ToJsonString()));
            else
                GiveFile(stream, request, path, isStore);
        }
    }

    private JsonObject List()
    {
        JsonObject list = new() { ["sha"] = Commit, ["siblings"] = new JsonArray([.. Files.Select(file => Listed(file.Key, file.Value))]) };
        Tampering?.Invoke(list);
        return list;
    }

    private static JsonObject Listed(string path, byte[] content)
    {
        JsonObject file = new() { ["rfilename"] = path, ["size"] = content.Length };
        if (content.Length >= 1000)
            file["lfs"] = new JsonObject { ["sha256"] = HashOf(content), ["size"] = content.Length, ["pointerSize"] = 130 };
        file["blobId"] = content.Length >= 1000 ? new string('a', 40) : HashOf(content);
        return file;
    }

    private void GiveFile(NetworkStream stream, string request, string path, bool isStore)
    {
        string file = path[(path.IndexOf(Commit, StringComparison.Ordinal) + Commit.Length + 1)..];
        if (!Files.TryGetValue(file, out byte[]? content))
        {
            Write(stream, 404, "X-Error-Code: EntryNotFound\r\n", []);
            return;
        }
        if (!isStore && content.Length >= 1000)
        {
            string target = Elsewhere ?? $"http://127.0.0.1:{((IPEndPoint)_store.LocalEndpoint).Port}{request.Split(' ')[1]}";
            Write(stream, 302, $"Location: {target}\r\nX-Linked-Etag: \"{HashOf(content)}\"\r\nX-Repo-Commit: {Commit}\r\n", []);
            return;
        }
        string? range = request.Split("\r\n").FirstOrDefault(line => line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase));
        int from = range is null || IgnoresRanges ? 0 : int.Parse(range["Range: bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
        if (from >= content.Length && from > 0)
            Write(stream, 416, "", []);
        else
            Write(stream, from > 0 ? 206 : 200, $"ETag: \"{HashOf(content)}\"\r\n" + (from > 0 ? $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\n" : ""), content[from..]);
    }

    private static string ReadHead(NetworkStream stream)
    {
        StringBuilder head = new();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int next = stream.ReadByte();
            if (next < 0)
                break;
            head.Append((char)next);
        }
        return head.ToString();
    }

    private void Write(NetworkStream stream, int status, string headers, byte[] body)
    {
        stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Answer\r\n{headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        bool cuts = body.Length > 500 && Cut.Times > 0;
        stream.Write(cuts ? body.AsSpan(0, Math.Min(body.Length, Cut.After)) : body);
        if (cuts)
            Cut = (Cut.After, Cut.Times - 1);
    }
}
