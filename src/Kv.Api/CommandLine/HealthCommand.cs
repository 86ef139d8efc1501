using System.CommandLine;
using System.Net.Security;
using Kv.Api.Configuration;
using Kv.Api.Health;
using Kv.Api.Tls;

namespace Kv.Api.CommandLine;

/// <summary>
/// <c>Kv.Api health</c>: checks whether Kv on this machine is alive. For health checks in containers without a shell or
/// curl.
/// </summary>
internal static class HealthCommand
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(3);

    // Accept any certificate, because it is not issued for "localhost". The probe sends no data and reads only the
    // status.
    private static SslClientAuthenticationOptions AnyCertificate
    {
        get
        {
            var tls = ClientTls.Options;
            tls.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
            return tls;
        }
    }

    public static Command Create(Func<WebApplicationBuilder> builder)
    {
        var command = new Command(
            "health", "Checks whether Kv on this machine is alive. Exits with 0 if it is, otherwise with 1.");
        command.SetAction((_, _) => Run(builder().Configuration));
        return command;
    }

    private static async Task<int> Run(IConfiguration configuration)
    {
        var options = KvOptions.Read(configuration);
        var host = options.ListenAddress is null or "0.0.0.0" or "::" ? "localhost" : options.ListenAddress;
        var isPlain = options.Tls is null || options.ManagementPort is not null;
        var address = new UriBuilder(
            isPlain ? Uri.UriSchemeHttp : Uri.UriSchemeHttps, host, options.ManagementPort ?? options.Port,
            HealthEndpoints.Liveness).Uri;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = AnyCertificate })
        {
            Timeout = RequestTimeout,
        };
        try
        {
            using var answer = await http.GetAsync(address);
            await Console.Out.WriteLineAsync($"{address} answers {(int)answer.StatusCode}.");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"{address} does not answer: {error.Message}");
            return 1;
        }
    }
}
