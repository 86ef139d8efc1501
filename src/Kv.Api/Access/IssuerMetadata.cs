using Kv.Api.Errors;
using Kv.Api.Tls;
using Kv.Domain.Webhooks;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Kv.Api.Access;

/// <summary>
/// The metadata of the token issuer (OpenID Connect Discovery 1.0): its name and keys. Kv fetches them at first use,
/// refreshes them periodically, and again when a token is signed with an unknown key.
/// </summary>
internal sealed partial class IssuerMetadata : IDisposable
{
    private const string Path = "/.well-known/openid-configuration";
    private const int MaxAnswerBytes = 1024 * 1024;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    // Forged tokens can name unknown keys: do not query the issuer for each of them.
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = ClientTls.Options })
    {
        Timeout = RequestTimeout,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    private readonly string _address;
    private readonly Retriever _retriever;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private Task? _loading;
    private Task<OpenIdConnectConfiguration?>? _newest;
    private long _newestLoadedAt;

    /// <param name="authority">The issuer's address.</param>
    /// <param name="own">Receives the issuer's addresses; its keys may have another address than its metadata.</param>
    /// <param name="logger">Logs failures of the issuer.</param>
    public IssuerMetadata(Uri authority, OwnEndpoints own, TimeProvider time, ILogger logger)
    {
        (_time, _logger) = (time, logger);
        _address = authority.AbsoluteUri.TrimEnd('/') + Path;
        // Keys must come over HTTPS, because plain HTTP does not authenticate their source. Loopback is exempt.
        _retriever = new Retriever(own, new HttpDocumentRetriever(_http) { RequireHttps = !authority.IsLoopback });
        Manager = new ConfigurationManager<OpenIdConnectConfiguration>(
            _address, new OpenIdConnectConfigurationRetriever(), _retriever);
    }

    /// <summary>Provides the metadata on demand.</summary>
    public ConfigurationManager<OpenIdConnectConfiguration> Manager { get; }

    /// <summary>Waits until the metadata are known. All waiting callers share one query to the issuer.</summary>
    /// <exception cref="IssuerUnavailableException">
    /// The metadata are unknown and the issuer does not answer.
    /// </exception>
    public Task Known(CancellationToken cancellationToken)
    {
        Task loading;
        lock (_gate)
            loading = _loading is { IsCompleted: false } ? _loading : _loading = Load();
        return loading.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// The issuer's present metadata, for a token with an unknown key: the manager refuses such a token while it
    /// refreshes the keys in the background. Queries the issuer at most once in ten seconds, shared by all callers;
    /// null when it does not answer.
    /// </summary>
    public Task<OpenIdConnectConfiguration?> Newest(CancellationToken cancellationToken)
    {
        Task<OpenIdConnectConfiguration?> loading;
        lock (_gate)
        {
            if (_newest is null || _time.GetElapsedTime(_newestLoadedAt) >= RefreshInterval)
                (_newest, _newestLoadedAt) = (LoadNewest(), _time.GetTimestamp());
            loading = _newest;
        }
        return loading.WaitAsync(cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<OpenIdConnectConfiguration?> LoadNewest()
    {
        try
        {
            return await OpenIdConnectConfigurationRetriever.GetAsync(_address, _retriever, CancellationToken.None);
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            LogUnavailable(error.InnerException?.Message ?? error.Message);
            return null;
        }
    }

    private static bool IsUnavailable(Exception error) =>
        error is InvalidOperationException or IOException or HttpRequestException or OperationCanceledException;

    private async Task Load()
    {
        try
        {
            await Manager.GetConfigurationAsync(CancellationToken.None);
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            LogUnavailable(error.InnerException?.Message ?? error.Message);
            throw new IssuerUnavailableException(error);
        }
    }

    private sealed class Retriever(OwnEndpoints own, HttpDocumentRetriever inner) : IDocumentRetriever
    {
        public Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            own.Add(new Uri(address));
            return inner.GetDocumentAsync(address, cancel);
        }
    }
}
