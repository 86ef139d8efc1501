using System.Globalization;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Kv.Testing;

/// <summary>etcd's JSON gateway, so that the tests' own calls do not go through the client that they test.</summary>
internal sealed class EtcdGateway : IDisposable
{
    private readonly HttpClient _http;
    private readonly List<X509Certificate2> _certificates = [];

    public EtcdGateway(Uri address, TestCertificates? certificates)
    {
        var handler = new SocketsHttpHandler();
        if (certificates is not null)
        {
            var ca = certificates.LoadCa();
            var client = certificates.LoadClient();
            _certificates.AddRange([ca, client]);
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [client],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { ca },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            };
        }
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
    }

    public async Task<bool> IsHealthy()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/health", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    public async Task<JsonElement> Post(string path, object request)
    {
        // Fields keep their names: etcd would pass over an "id" that is its "ID".
        using var answer = await _http.PostAsJsonAsync(
            new Uri($"/v3/{path}", UriKind.Relative), request, JsonSerializerOptions.Default);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"etcd answered {path} with {(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task Authenticate(string user, string password)
    {
        var answer = await Post("auth/authenticate", new { name = user, password });
        _http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", answer.GetProperty("token").GetString());
    }

    /// <summary>A 64-bit number, which the gateway writes as a string and leaves out when it is 0.</summary>
    public static long Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var number)
            ? long.Parse(number.GetString()!, CultureInfo.InvariantCulture)
            : 0;

    public void Dispose()
    {
        _http.Dispose();
        foreach (var certificate in _certificates)
            certificate.Dispose();
    }
}
