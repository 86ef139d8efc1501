using System.Security.Cryptography;
using Kv.Domain.Storage;

namespace Kv.Application.Access;

/// <summary>
/// Finds API keys in memory: it reads all keys of the deployment at once and refreshes them every few seconds. So a
/// request does not read the store, every replica refuses a revoked key within <see cref="LongestLag"/>, and a flood of
/// unknown keys costs one read per second and no memory.
/// </summary>
public sealed class ApiKeyAuthentication(IApiKeyRepository keys, TimeProvider time)
{
    /// <summary>The longest time for which a key is accepted after another replica revoked it.</summary>
    public static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(5);

    // Older keys are refreshed in the background, so that no request waits.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(3);

    // An unknown key may be new.
    private static readonly TimeSpan RetryUnknownAfter = TimeSpan.FromSeconds(1);

    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    private readonly Lock _gate = new();
    private Table? _table;
    private Task<Table>? _reading;
    private int _changes;

    /// <summary>Finds the key of a credential; null when the key is unknown or has expired.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async ValueTask<ApiKey?> Find(string text, CancellationToken cancellationToken)
    {
        if (ApiKeySecret.TryParse(text) is not { } secret)
            return null;
        var table = await Known(LongestLag, cancellationToken);
        if (!table.Keys.TryGetValue(secret.Id, out var key))
            (await Known(RetryUnknownAfter, cancellationToken)).Keys.TryGetValue(secret.Id, out key);
        var hash = secret.Hash();
        if (key is not null)
            return key.Accepts(hash, time.GetUtcNow().ToUnixTimeSeconds()) ? key : null;
        // Compare also for an unknown id, so that the time does not reveal whether the id exists.
        CryptographicOperations.FixedTimeEquals(hash, NoHash);
        return null;
    }

    /// <summary>Discards the keys in memory after a change, so that the next request reads them again.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _changes++;
            (_table, _reading) = (null, null);
        }
    }

    private async ValueTask<Table> Known(TimeSpan oldest, CancellationToken cancellationToken)
    {
        Task<Table> reading;
        lock (_gate)
        {
            var age = _table is { } table ? time.GetElapsedTime(table.ReadAt) : TimeSpan.MaxValue;
            if (age < oldest && age < MaxAge)
                return _table!;
            reading = _reading ??= Read(_changes);
            if (age < oldest)
                return _table!;
        }
        return await reading.WaitAsync(cancellationToken);
    }

    // All waiting callers share one read, so no caller may cancel it.
    private async Task<Table> Read(int changes)
    {
        var readAt = time.GetTimestamp();
        // The caller holds the lock: read outside of it.
        await Task.Yield();
        Table? table = null;
        try
        {
            var found = await keys.List(CancellationToken.None);
            return table = new Table(found.ToDictionary(key => key.Id, StringComparer.Ordinal), readAt);
        }
        finally
        {
            lock (_gate)
                if (_changes == changes)
                    (_table, _reading) = (table ?? _table, null);
        }
    }

    private sealed record Table(Dictionary<string, ApiKey> Keys, long ReadAt);
}
