using System.Text;
using Kv.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Kv.Api.Tests.Gateway.Real;

/// <summary>A gateway before Kv: the real program, with its configuration in docs/gateways.md.</summary>
internal sealed class RealGateway : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private Func<ServerProcess>? _start;
    private ServerProcess? _process;
    private WebApplication? _yarp;

    private RealGateway(int port) => Address = new Uri($"http://127.0.0.1:{port}");

    public Uri Address { get; }

    /// <summary>The log of the gateway.</summary>
    public string Log => _process?.Log ?? "";

    /// <summary>
    /// Starts it. Where there is no such program, the test that is running is skipped, or fails where CI=true.
    /// </summary>
    /// <param name="name">Its heading in the document.</param>
    /// <param name="kv">The address of Kv.</param>
    /// <param name="http2">Whether Kv speaks HTTP/2 without TLS there.</param>
    public static async Task<RealGateway> Start(string name, Uri kv, bool http2 = false)
    {
        var port = FreePort.Next();
        var gateway = new RealGateway(port);
        var text = GatewayDocument.Configuration(name, port, kv, http2);
        switch (name)
        {
            case "nginx":
                gateway.Run(
                    "nginx", gateway.Nginx(text), file => ["-e", "stderr", "-p", gateway._directory.Path, "-c", file]);
                break;
            case "HAProxy":
                gateway.Run("haproxy", text, file => ["-db", "-f", file]);
                break;
            case "Apache httpd":
                gateway.Run("apache2", gateway.Apache(text, port), file => ["-DFOREGROUND", "-f", file]);
                break;
            case "Caddy":
                gateway.Run(
                    "caddy", $"{{\n    admin off\n}}\n{text}",
                    file => ["run", "--adapter", "caddyfile", "--config", file]);
                break;
            case "YARP":
                await gateway.RunYarp(text);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, null);
        }
        return gateway;
    }

    /// <summary>Ends the program at once.</summary>
    public void Kill() => _process!.Dispose();

    /// <summary>Starts the program that was ended.</summary>
    public void StartAgain() => _process = _start!();

    public async ValueTask DisposeAsync()
    {
        _process?.Dispose();
        if (_yarp is not null)
            await _yarp.DisposeAsync();
        _directory.Dispose();
    }

    private static string Binary(string name) => new RequiredProgram(
        $"KV_{name.ToUpperInvariant()}", [name],
        $"This test needs {name}, and none was found. Install it, or name the binary in the environment variable "
            + $"KV_{name.ToUpperInvariant()}.").Check();

    private void Run(string name, string configuration, Func<string, string[]> arguments)
    {
        var file = _directory.File("configuration");
        File.WriteAllText(file, configuration);
        _start = () =>
            ServerProcess.Start(Binary(name), arguments(file), environment => environment["HOME"] = _directory.Path);
        StartAgain();
    }

    private async Task RunYarp(string settings)
    {
        var builder = WebApplication.CreateBuilder();
        ((IConfigurationBuilder)builder.Configuration).Sources.Clear();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(settings)));
        builder.Logging.ClearProviders();
        _yarp = KvGateway.Gateway.Create(builder);
        await _yarp.StartAsync();
    }

    // The settings that a package's own configuration has around a server: the paths of its writable files.
    private string Nginx(string server) =>
        $$"""
        daemon off;
        master_process off;
        pid {{_directory.File("pid")}};
        events { }
        http {
            access_log off;
            client_body_temp_path {{_directory.File("bodies")}};
            proxy_temp_path {{_directory.File("answers")}};
            fastcgi_temp_path {{_directory.File("fastcgi")}};
            uwsgi_temp_path {{_directory.File("uwsgi")}};
            scgi_temp_path {{_directory.File("scgi")}};
            {{server}}
        }
        """;

    private string Apache(string host, int port)
    {
        var beside = Path.Combine(Path.GetDirectoryName(Binary("apache2"))!, "usr/lib/apache2/modules");
        var modules = Directory.Exists(beside) ? beside : "/usr/lib/apache2/modules";
        return $"""
            ServerName localhost
            ServerRoot {_directory.Path}
            DefaultRuntimeDir {_directory.Path}
            PidFile {_directory.File("pid")}
            ErrorLog {_directory.File("errors")}
            Listen 127.0.0.1:{port}
            User www-data
            Group www-data
            LoadModule mpm_event_module {modules}/mod_mpm_event.so
            LoadModule authz_core_module {modules}/mod_authz_core.so
            LoadModule proxy_module {modules}/mod_proxy.so
            LoadModule proxy_http_module {modules}/mod_proxy_http.so
            LoadModule headers_module {modules}/mod_headers.so
            {host}
            """;
    }
}
