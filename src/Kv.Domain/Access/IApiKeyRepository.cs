using Kv.Domain.Audit;

namespace Kv.Domain.Access;

/// <summary>
/// The API keys of the deployment. Every method throws <see cref="StoreUnavailableException"/> when the store does not
/// answer in time.
/// </summary>
public interface IApiKeyRepository
{
    /// <summary>Adds a key. Its id must be new.</summary>
    Task Add(ApiKey key, CancellationToken cancellationToken);

    /// <summary>Reads all keys, including expired ones, in the order of their creation.</summary>
    Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken);

    /// <summary>Deletes a key.</summary>
    /// <param name="noted">Further changes for the same audit record.</param>
    /// <param name="cancellationToken">Stops waiting. The key may still be deleted.</param>
    /// <returns>Whether the key existed.</returns>
    Task<bool> Delete(string id, IReadOnlyList<AuditedChange> noted, CancellationToken cancellationToken);
}
