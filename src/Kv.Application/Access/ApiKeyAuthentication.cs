using System.Security.Cryptography;
using Kv.Domain.Access;

namespace Kv.Application.Access;

/// <summary>
/// Tells whose an API key is, from memory: all keys of the deployment are read together, and again after a few seconds. So a
/// request costs the store nothing, a key that was revoked is refused within <see cref="LongestLag"/> on every replica, and
/// a flood of keys that there are none of costs a read a second and no memory.
/// </summary>
internal sealed class ApiKeyAuthentication(IApiKeyRepository keys, TimeProvider time) : IApiKeyAuthentication
{
    /// <summary>The longest that a key is taken after it was revoked elsewhere.</summary>
    public static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(5);

    // From then on what is known is read again beside the requests, so that none of them waits for it.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    // A key that is not known may be a new one.
    private static readonly TimeSpan RetryUnknownAfter = TimeSpan.FromSeconds(1);

    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    private readonly Lock _gate = new();
    private Table? _table;
    private Task<Table>? _reading;
    private int _changes;

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
        // Compared all the same, so that an id that there is takes no longer than one that there is not.
        CryptographicOperations.FixedTimeEquals(hash, NoHash);
        return null;
    }

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
            var age = _table is { } table ? time.GetElapsedTime(table.AskedAt) : TimeSpan.MaxValue;
            if (age < oldest && age < Fresh)
                return _table!;
            reading = _reading ??= Read(_changes);
            if (age < oldest)
                return _table!;
        }
        return await reading.WaitAsync(cancellationToken);
    }

    // One read serves all who wait for it, so none of them can call it off.
    private async Task<Table> Read(int changes)
    {
        var askedAt = time.GetTimestamp();
        // Out of the lock under which it is begun.
        await Task.Yield();
        Table? table = null;
        try
        {
            var found = await keys.List(CancellationToken.None);
            return table = new Table(found.ToDictionary(key => key.Id, StringComparer.Ordinal), askedAt);
        }
        finally
        {
            lock (_gate)
                if (_changes == changes)
                    (_table, _reading) = (table ?? _table, null);
        }
    }

    private sealed record Table(Dictionary<string, ApiKey> Keys, long AskedAt);
}
