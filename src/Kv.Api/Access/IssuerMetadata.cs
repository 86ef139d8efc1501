using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Kv.Api.Access;

/// <summary>
/// What the issuer of tokens says of itself (OpenID Connect Discovery 1.0): its name and its keys, asked for when they are first
/// needed, and again now and then and when a token is signed with a key that is not known.
/// </summary>
internal sealed partial class IssuerMetadata : IDisposable
{
    private const string Path = "/.well-known/openid-configuration";
    private const int MaxAnswerBytes = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private Task? _asking;

    public IssuerMetadata(Uri authority, ILogger logger)
    {
        _logger = logger;
        Manager = new ConfigurationManager<OpenIdConnectConfiguration>(
            authority.AbsoluteUri.TrimEnd('/') + Path,
            new OpenIdConnectConfigurationRetriever(),
            // Keys that come in the clear could be anybody's; on this machine nobody is in between.
            new HttpDocumentRetriever(_http) { RequireHttps = !authority.IsLoopback });
    }

    /// <summary>Gets the metadata when they are needed.</summary>
    public ConfigurationManager<OpenIdConnectConfiguration> Manager { get; }

    /// <summary>Waits until the metadata are known. While the issuer is away, one question at a time is asked for all who wait.</summary>
    /// <exception cref="IssuerUnavailableException">They are not, and the issuer does not tell.</exception>
    public Task Known(CancellationToken cancellationToken)
    {
        Task asking;
        lock (_gate)
            asking = _asking is { IsCompleted: false } ? _asking : _asking = Ask();
        return asking.WaitAsync(cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task Ask()
    {
        try
        {
            await Manager.GetConfigurationAsync(CancellationToken.None);
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or HttpRequestException or OperationCanceledException)
        {
            LogUnavailable(error.InnerException?.Message ?? error.Message);
            throw new IssuerUnavailableException(error);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The issuer of tokens cannot be asked for its keys: {Reason}")]
    private partial void LogUnavailable(string reason);
}
