using Etcdserverpb;
using Grpc.Core;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>Reads and counts of ranges.</summary>
internal sealed class RangeReads(
    EtcdConnection connection, EntryReader reader, ForeignLeases foreignLeases, Func<StoreKey, string> ownerOf,
    TimeProvider time)
{
    // A page with values above this size suggests a lower limit for the next page: concurrent listings must not fill
    // the memory of Kv or etcd.
    private const long FullPageBytes = 8 * 1024 * 1024;

    private readonly LargeRanges _large = new();
    private readonly KeyOnlyReads _names = new(ownerOf, time);

    /// <inheritdoc cref="IStore.Range"/>
    public async Task<RangePage> Read(RangeQuery query, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await Page(query, cancellationToken);
            }
            catch (RpcException error) when (EtcdErrors.IsAnswerTooLarge(error) && query.Limit > 1)
            {
                // The values are large: read fewer at a time.
                query = query with { Limit = query.Limit / 2 };
            }
            catch (RpcException error)
            {
                throw await TranslateRead(error, query.Range, query.Revision, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="IStore.Count"/>
    public async Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken)
    {
        var request = EtcdMessages.ToRequest(new RangeQuery(range, Limit: 0, revision));
        request.CountOnly = true;
        try
        {
            // etcd walks the whole range.
            var (answer, _) = await _names.Read(
                range, limit: 1,
                () => Calls.Repeat(
                    connection, time, (channel, options) => channel.Keys.RangeAsync(request, options),
                    cancellationToken: cancellationToken),
                cancellationToken);
            return answer.Count;
        }
        catch (RpcException error)
        {
            throw await TranslateRead(error, range, revision, cancellationToken);
        }
    }

    /// <summary>The error of a failed read.</summary>
    public async Task<Exception> TranslateRead(
        RpcException error, KeyRange range, long revision, CancellationToken cancellationToken)
    {
        if (error.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
            return new OperationCanceledException(error.Message, error, cancellationToken);
        if (EtcdErrors.IsFutureRevision(error))
            return new RevisionInFutureException(revision, error);
        if (EtcdErrors.IsCompacted(error))
            return await Compacted(range, cancellationToken);
        return EtcdErrors.Translate(error, "read", isWrite: false);
    }

    private async Task<RangePage> Page(RangeQuery query, CancellationToken cancellationToken)
    {
        if (query.Range.IsSingle || query.Limit < 1)
        {
            var all = await Send(query, cancellationToken);
            return await Page(query, all, Revision(query, all), after: null, FittingLimit(query.Limit, all));
        }
        for (var part = _large.First(query.Range); ;)
        {
            var asked = query with { Range = part.Range };
            var (answer, fitting) = query.KeysOnly
                ? await _names.Read(
                    asked.Range, query.Limit, () => Send(asked, cancellationToken), cancellationToken)
                : await ReadValues(asked, cancellationToken);
            var revision = Revision(query, answer);
            var next = part.Answered(answer, query.Limit);
            if (answer.Kvs.Count > 0 || next is null)
                return await Page(query, answer, revision, after: next?.Range.Start, fitting);
            part = next;
            query = query with { Revision = revision, Consistency = ReadConsistency.Linearizable };
        }
    }

    private async Task<(RangeResponse Answer, int FittingLimit)> ReadValues(
        RangeQuery query, CancellationToken cancellationToken)
    {
        var answer = await Send(query, cancellationToken);
        return (answer, FittingLimit(query.Limit, answer));
    }

    private async Task<RangeResponse> Send(RangeQuery query, CancellationToken cancellationToken)
    {
        var request = EtcdMessages.ToRequest(query);
        return await Calls.Repeat(
            connection, time, (channel, options) => channel.Keys.RangeAsync(request, options),
            mayBeStale: request.Serializable, cancellationToken);
    }

    private async Task<RangePage> Page(
        RangeQuery query, RangeResponse answer, long revision, StoreKey? after, int fittingLimit)
    {
        var next = answer.More ? new StoreKey(answer.Kvs[^1].Key.Memory).Next() : after;
        var found = query.Filter is { } filter
            ? answer.Kvs.Where(kv => filter(kv.Key.Span)).ToList()
            : (IReadOnlyList<EtcdKeyValue>)answer.Kvs;
        var entries = query.WithExpired
            ? [.. found.Select(kv => EtcdMessages.ToEntry(kv))]
            : await reader.ReadAll(found);
        return new RangePage(entries, next, revision, fittingLimit, answer.Kvs.Count);
    }

    private static long Revision(RangeQuery query, RangeResponse answer) =>
        query.Revision == 0 ? answer.Header.Revision : query.Revision;

    private static int FittingLimit(int limit, RangeResponse answer)
    {
        var bytes = answer.Kvs.Sum(kv => (long)kv.Value.Length);
        return bytes <= FullPageBytes ? limit : (int)Math.Max(1, answer.Kvs.Count * FullPageBytes / bytes);
    }

    // The error of a read does not contain the compact revision; that of a watch does.
    private async Task<Exception> Compacted(KeyRange range, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(connection.Timeout);
        using var session = new EtcdWatchSession(
            connection, foreignLeases, time, KeyRange.Single(range.Start), fromRevision: 1);
        try
        {
            await session.Next(limited.Token);
            return new StoreUnavailableException("etcd did not report its compact revision.");
        }
        catch (RevisionCompactedException compacted)
        {
            return compacted;
        }
        catch (RpcException error)
        {
            return EtcdErrors.Translate(error, "report its compact revision", isWrite: false);
        }
    }
}
