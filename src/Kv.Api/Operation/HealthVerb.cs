using System.Net.Security;
using Kv.Api.Configuration;

namespace Kv.Api.Operation;

/// <summary>
/// <c>Kv.Api health</c>: asks the Kv on this machine whether it is alive. For container health checks, whose image has
/// neither a shell nor curl.
/// </summary>
internal static class HealthVerb
{
    public const string Name = "health";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Whichever it is, as it is for other names than "localhost": nothing is sent, and nothing believed but that there is an answer.
    private static SslClientAuthenticationOptions AnyCertificate =>
        new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null };

    /// <summary>The exit code: 0 when it is, 1 when not.</summary>
    public static async Task<int> Run(IConfiguration configuration)
    {
        var options = KvOptions.Read(configuration);
        var host = options.ListenAddress is null or "0.0.0.0" or "::" ? "localhost" : options.ListenAddress;
        var isPlain = options.Tls is null || options.ManagementPort is not null;
        var address = new UriBuilder(
            isPlain ? Uri.UriSchemeHttp : Uri.UriSchemeHttps, host, options.ManagementPort ?? options.Port, HealthEndpoints.Liveness).Uri;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = AnyCertificate }) { Timeout = Patience };
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
