using System.Text;
using BenchmarkDotNet.Attributes;

namespace Kv.Benchmarks.Pipeline;

/// <summary>
/// One request through everything that Kv does for it: ASP.NET's pipeline, MVC, the mediator, validation, the handler
/// and the repository, up to the store.
/// </summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private const int ValueBytes = 256;

    private static readonly byte[] Value = [.. Enumerable.Repeat((byte)'v', ValueBytes)];

    private readonly Request _get = new("GET", $"/kv/{PipelineHost.PresentKey}", [], []);
    private readonly Request _getMissing = new("GET", "/kv/user:43", [], []);
    private readonly Request _getRaw = new(
        "GET", $"/kv/{PipelineHost.PresentKey}", [("Accept", "application/octet-stream")], []);
    private readonly Request _put = new("PUT", $"/kv/{PipelineHost.PresentKey}", Json, Body(""));
    private readonly Request _putWithTtl = new("PUT", $"/kv/{PipelineHost.PresentKey}", Json, Body(",\"ttl\":60"));
    private readonly Request _putRaw = new(
        "PUT", $"/kv/{PipelineHost.PresentKey}", [("Content-Type", "application/octet-stream")], Value);

    private PipelineHost _host = null!;

    private static (string, Microsoft.Extensions.Primitives.StringValues)[] Json =>
        [("Content-Type", "application/json")];

    /// <summary>Starts the application, and sees to it that each request is answered as it should be.</summary>
    [GlobalSetup]
    public async Task Start()
    {
        _host = await PipelineHost.Start(Value);
        await Check(_get, 200, "\"value\":\"vvv");
        await Check(_getMissing, 404, "Key not found");
        await Check(_getRaw, 200, "vvv");
        await Check(_put, 200, "\"value\":\"vvv");
        await Check(_putWithTtl, 200, "\"expire_at\":");
        await Check(_putRaw, 200, "\"value\":\"vvv");
    }

    /// <summary>Stops it.</summary>
    [GlobalCleanup]
    public ValueTask Stop() => _host.DisposeAsync();

    /// <summary>GET of a key that is there.</summary>
    [Benchmark]
    public Task Get() => _host.Send(_get);

    /// <summary>GET of a key that is not there.</summary>
    [Benchmark]
    public Task GetMissing() => _host.Send(_getMissing);

    /// <summary>GET of a value's bytes.</summary>
    [Benchmark]
    public Task GetRaw() => _host.Send(_getRaw);

    /// <summary>PUT with JSON.</summary>
    [Benchmark]
    public Task Put() => _host.Send(_put);

    /// <summary>PUT with JSON and a time to live.</summary>
    [Benchmark]
    public Task PutWithTtl() => _host.Send(_putWithTtl);

    /// <summary>PUT of a value's bytes.</summary>
    [Benchmark]
    public Task PutRaw() => _host.Send(_putRaw);

    private static byte[] Body(string more) =>
        Encoding.UTF8.GetBytes($"{{\"value\":\"{Encoding.UTF8.GetString(Value)}\"{more}}}");

    private async Task Check(Request request, int status, string answer)
    {
        await _host.Send(request);
        var text = Encoding.UTF8.GetString(_host.Answer.Span);
        if (_host.StatusCode != status || !text.Contains(answer, StringComparison.Ordinal))
            throw new InvalidOperationException(
                $"{request.Method} {request.Path} was answered with {_host.StatusCode}: {text}");
    }
}
