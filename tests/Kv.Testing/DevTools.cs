using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kv.Testing;

/// <summary>
/// Controls a browser and receives its events, by its protocol for tools
/// (https://chromedevtools.github.io/devtools-protocol/), with a session for each page.
/// </summary>
internal sealed class DevTools : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly ClientWebSocket _socket = new() { Options = { Proxy = null } };
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _disposed = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonElement>> _listeners = new();
    private Task _reading = Task.CompletedTask;
    private int _lastCall;

    public static async Task<DevTools> Connect(Uri address)
    {
        var tools = new DevTools();
        await tools._socket.ConnectAsync(address, tools._disposed.Token).WaitAsync(Patience);
        tools._reading = tools.Read();
        return tools;
    }

    /// <summary>Calls a method, and returns its answer.</summary>
    /// <param name="method">The method, with its domain.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="session">The session of the page that it is about; null where it is about the browser.</param>
    public async Task<JsonElement> Call(string method, object parameters, string? session = null)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var answer = _calls[id] = new TaskCompletionSource<JsonElement>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        var message = JsonSerializer.SerializeToUtf8Bytes(
            new { id, method, @params = parameters, sessionId = session }, Json);
        await _sending.WaitAsync(_disposed.Token);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _disposed.Token);
        }
        finally
        {
            _sending.Release();
        }
        var said = await answer.Task.WaitAsync(Patience);
        return said.TryGetProperty("error", out var error)
            ? throw new InvalidOperationException($"{method}: {error}")
            : said.GetProperty("result");
    }

    /// <summary>Calls back for every event of a session, one after the other, with its name and parameters.</summary>
    public void Listen(string session, Action<string, JsonElement> heard) => _listeners[session] = heard;

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
        _disposed.Dispose();
    }

    private async Task Read()
    {
        Exception? ended = null;
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            while (
                await _socket.ReceiveAsync(
                    buffer.AsMemory(), _disposed.Token) is { MessageType: WebSocketMessageType.Text } part)
            {
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                    continue;
                Take(JsonSerializer.Deserialize<JsonElement>(message.GetBuffer().AsSpan(0, (int)message.Length)));
                message.SetLength(0);
            }
        }
        catch (Exception e)
        {
            // The browser ended, or a listener did: report it to each call that waits for an answer.
            ended = e;
        }
        foreach (var call in _calls.Values)
            call.TrySetException(new InvalidOperationException("The browser is heard no more.", ended));
    }

    private void Take(JsonElement message)
    {
        if (message.TryGetProperty("id", out var id))
        {
            if (_calls.TryRemove(id.GetInt32(), out var call))
                call.SetResult(message);
        }
        else if (
            message.TryGetProperty("sessionId", out var session)
                && _listeners.TryGetValue(session.GetString()!, out var heard))
            heard(message.GetProperty("method").GetString()!, message.GetProperty("params"));
    }
}
