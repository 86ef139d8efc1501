using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Kv.Testing;

/// <summary>
/// A real etcd process on free ports of 127.0.0.1, with a data directory of its own, that a test may end, pause and
/// start again.
/// </summary>
public sealed class EtcdServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly string _binary;
    private readonly EtcdServerOptions _options;
    private readonly TemporaryDirectory _data = new();
    private readonly EtcdGateway _gateway;
    private readonly int _clientPort;
    private readonly int _peerPort;
    private readonly string _name;
    private string _cluster;
    private bool _joins;
    private string _token;
    private ServerProcess? _process;

    private EtcdServer(string binary, EtcdServerOptions options, string name)
    {
        _binary = binary;
        _options = options;
        _name = name;
        _clientPort = FreePort.Next();
        do
        {
            _peerPort = FreePort.Next();
        }
        while (_peerPort == _clientPort);
        PeerUri = ListenPeerUri;
        _cluster = _token = Membership;
        _gateway = new EtcdGateway(ClientUri, options.Certificates);
    }

    /// <summary>Where clients connect, as 127.0.0.1:port.</summary>
    public string Endpoint => $"127.0.0.1:{_clientPort}";

    /// <summary>Where other members connect, as 127.0.0.1:port.</summary>
    public string PeerEndpoint => $"127.0.0.1:{_peerPort}";

    /// <summary>Where clients connect: http, or https where there are certificates.</summary>
    public Uri ClientUri => new($"{(_options.Certificates is null ? "http" : "https")}://{Endpoint}");

    /// <summary>Its --name.</summary>
    public string Name => _name;

    /// <summary>Whether the process is there (paused or not).</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Whether the process was paused and has not gone on.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The process's id, while it runs.</summary>
    public int ProcessId => Process.Id;

    /// <summary>The last lines of the log of the present or last run.</summary>
    public string Log => _process?.Log ?? "";

    /// <summary>Where the other members connect: the member itself, or a proxy before it.</summary>
    public Uri PeerUri { get; internal set; }

    /// <summary>Where the member listens for the others.</summary>
    internal Uri ListenPeerUri => new($"http://127.0.0.1:{_peerPort}");

    /// <summary>This member's part of --initial-cluster.</summary>
    public string Membership => $"{_name}={PeerUri.GetLeftPart(UriPartial.Authority)}";

    /// <summary>
    /// Starts a server of one member and waits until it is healthy. Without an etcd binary the test is skipped, as
    /// <see cref="RequiresEtcd"/> says.
    /// </summary>
    public static async Task<EtcdServer> StartAsync(EtcdServerOptions? options = null)
    {
        var binary = RequiresEtcd.Check();
        for (var attempt = 1; ; attempt++)
        {
            var server = new EtcdServer(binary, options ?? new(), "solo");
            try
            {
                await server.Restart();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 5 && server.LostItsPort)
            {
                await server.DisposeAsync();
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Ends the process at once (SIGKILL), as a crash does. The data stays.</summary>
    public void Kill() => _process?.Kill();

    /// <summary>Asks the process to end (SIGTERM), and waits until it has.</summary>
    public Task Terminate()
    {
        Signals.Terminate(Process.Id);
        return Process.Ended();
    }

    /// <summary>
    /// Starts the server again on the same ports and data, and waits until it is healthy; ends it first if it runs.
    /// </summary>
    public async Task Restart()
    {
        Launch();
        await WaitUntilHealthy();
    }

    /// <summary>Stops the process where it is (SIGSTOP): connections stay open, and nothing answers.</summary>
    public void Pause()
    {
        Signals.Pause(Process.Id);
        IsPaused = true;
    }

    /// <summary>Lets a paused process go on (SIGCONT).</summary>
    public void Resume()
    {
        Signals.Resume(Process.Id);
        IsPaused = false;
    }

    /// <summary>The member's id within its cluster.</summary>
    public async Task<ulong> MemberId()
    {
        var status = await _gateway.Post("maintenance/status", new { });
        return ulong.Parse(
            status.GetProperty("header").GetProperty("member_id").GetString()!, CultureInfo.InvariantCulture);
    }

    /// <summary>The present revision of the store.</summary>
    public async Task<long> CurrentRevision()
    {
        var answer = await _gateway.Post("kv/range", new { key = "AA==", serializable = false });
        return EtcdGateway.Number(answer.GetProperty("header"), "revision");
    }

    /// <summary>Compacts the history before a revision, which stays readable itself.</summary>
    public Task Compact(long revision) => _gateway.Post("kv/compaction", new { revision, physical = true });

    /// <summary>
    /// Creates the user "root" with all rights and turns authentication on; further calls of this class log in as it.
    /// </summary>
    public async Task EnableAuthentication(string rootPassword)
    {
        await _gateway.Post("auth/user/add", new { name = "root", password = rootPassword });
        await _gateway.Post("auth/role/add", new { name = "root" });
        await _gateway.Post("auth/user/grant", new { user = "root", role = "root" });
        await _gateway.Post("auth/enable", new { });
        await _gateway.Authenticate("root", rootPassword);
    }

    /// <summary>
    /// Calls etcd's JSON gateway (v3/...), for calls of etcd that do not go through Kv's own client. Bytes are base64,
    /// 64-bit numbers come as strings.
    /// </summary>
    /// <param name="path">The call, such as "kv/range" or "lease/grant".</param>
    /// <param name="request">The request's fields, as etcd's protobuf names them.</param>
    public Task<JsonElement> Call(string path, object request) => _gateway.Post(path, request);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        _gateway.Dispose();
        _data.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static EtcdServer Member(string binary, EtcdServerOptions options, string name) =>
        new(binary, options, name);

    internal bool LostItsPort => Log.Contains("address already in use", StringComparison.Ordinal);

    /// <summary>Where its data is.</summary>
    public string DataDirectory => _data.File("data");

    /// <summary>The options of the tool that restores a snapshot for the member, as one of a new cluster.</summary>
    internal IEnumerable<string> Restoring(string? token) =>
    [
        "--name", _name, "--data-dir", DataDirectory, "--initial-cluster", _cluster, "--initial-cluster-token",
        token ?? _token,
        "--initial-advertise-peer-urls", PeerUri.GetLeftPart(UriPartial.Authority),
    ];

    /// <summary>Starts it with the restored data of a snapshot.</summary>
    internal void LaunchRestored(string? token)
    {
        _token = token ?? _token;
        _joins = false;
        Launch();
    }

    internal void Launch(string? cluster = null, bool joins = false)
    {
        _token = cluster ?? _token;
        _cluster = cluster ?? _cluster;
        _joins |= joins;
        _process?.Dispose();
        IsPaused = false;
        _process = ServerProcess.Start(_binary, Arguments(), RemoveSettings);
    }

    /// <summary>Deletes the data of a server that is down.</summary>
    internal void DeleteData() => Directory.Delete(DataDirectory, recursive: true);

    internal async Task WaitUntilHealthy()
    {
        var start = Stopwatch.GetTimestamp();
        while (!await _gateway.IsHealthy())
        {
            if (!IsRunning)
                throw new InvalidOperationException($"etcd ended while it started:\n{Log}");
            if (Stopwatch.GetElapsedTime(start) > StartTimeout)
                throw new InvalidOperationException($"etcd was not healthy within {StartTimeout}:\n{Log}");
            await Task.Delay(20);
        }
        // A server of another test may have taken the port, and it would answer just as well.
        if (!IsRunning)
            throw new InvalidOperationException($"etcd ended while it started:\n{Log}");
    }

    private ServerProcess Process =>
        IsRunning ? _process! : throw new InvalidOperationException("The server is not running.");

    // etcd takes settings from ETCD_*, and Kv's own tests and users set variables of such names.
    private static void RemoveSettings(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.ToList())
            if (name.StartsWith("ETCD_", StringComparison.Ordinal) && name != "ETCD_UNSUPPORTED_ARCH")
                environment.Remove(name);
    }

    private List<string> Arguments()
    {
        var host = _options.ListensOnAllAddresses ? "0.0.0.0" : "127.0.0.1";
        List<string> arguments =
        [
            "--name", _name,
            "--data-dir", DataDirectory,
            "--listen-client-urls", $"{ClientUri.Scheme}://{host}:{_clientPort}",
            "--advertise-client-urls", ClientUri.GetLeftPart(UriPartial.Authority),
            "--listen-peer-urls", ListenPeerUri.GetLeftPart(UriPartial.Authority),
            "--initial-advertise-peer-urls", PeerUri.GetLeftPart(UriPartial.Authority),
            "--initial-cluster", _cluster,
            "--initial-cluster-state", _joins ? "existing" : "new",
            "--initial-cluster-token", _token,
        ];
        if (_options.Certificates is { } certificates)
            arguments.AddRange(
            [
                "--cert-file", certificates.ServerCertFile,
                "--key-file", certificates.ServerKeyFile,
                "--trusted-ca-file", certificates.CaFile,
                "--client-cert-auth",
            ]);
        arguments.AddRange(_options.Arguments);
        return arguments;
    }
}
