using System.Text;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A listing is all keys of its prefix as they stood at its one revision, in their order, however many pages it takes;
/// a count is as many.
/// </summary>
internal sealed class ListingsChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence)
    {
        var pages = evidence.Calls.Where(
            call => call is { Kind: CallKind.Page, Outcome: CallOutcome.Ok, Answer.Status: 200 })
            .GroupBy(call => call.Listing ?? -call.Id);
        foreach (var text in pages.SelectMany(listing => OfPages(evidence, [.. listing.OrderBy(page => page.Start)])))
            yield return text;
        foreach (var call
            in evidence.Calls.Where(call => call is { Outcome: CallOutcome.Ok, Answer.Revision: not null }))
        {
            var texts = call.Kind switch
            {
                CallKind.Prefix or CallKind.Export when call.Answer!.Status is 200 or 404 => Of(
                    evidence, [call], isWhole: true),
                CallKind.Count when call.Answer!.Status is 200 => OfCount(evidence, call),
                _ => [],
            };
            foreach (var text in texts)
                yield return text;
        }
    }

    private static IEnumerable<string> OfPages(Evidence evidence, IReadOnlyList<Call> pages)
    {
        if (pages.FirstOrDefault(page => page.Answer!.Revision != pages[0].Answer!.Revision) is { } other)
            return [$"pages of one listing are of two revisions: {CallText.Of(pages[0])} and {CallText.Of(other)}"];
        if (pages[0].Answer!.Revision < pages[0].MinRevision)
            return [$"asked for revision {pages[0].MinRevision} or later: {CallText.Of(pages[0])}"];
        // A listing whose first page is not there was not seen from its beginning.
        return pages[0].IsLaterPage ? [] : Of(evidence, pages, isWhole: !pages[^1].Answer!.HasMore);
    }

    private static IEnumerable<string> Of(Evidence evidence, IReadOnlyList<Call> pages, bool isWhole)
    {
        var (first, revision) = (pages[0], pages[0].Answer!.Revision!.Value);
        var text = CallText.Of(first);
        var items = pages.SelectMany(page => page.Answer!.Keys.Select(key => (page, key))).ToList();
        for (var i = 1; i < items.Count; i++)
            if (Compare(items[i - 1].key.Key, items[i].key.Key) >= 0)
                yield return $"'{items[i].key.Key}' comes behind '{items[i - 1].key.Key}': {text}";
        foreach (var (page, item) in items)
        {
            var stood = evidence.Store.At(new KeyName(first.Tenant, item.Key), revision);
            if (stood is null)
                yield return $"lists '{item.Key}', which the store did not have at revision {revision}: {text}";
            else if ((item.Value ?? stood.Value) != stood.Value || (item.ETag ?? stood.Revision) != stood.Revision
                || (item.ExpireAt ?? stood.ExpireAt) != stood.ExpireAt)
                yield return $"lists '{item.Key}' as {item.Value}@{item.ETag}, but at revision {revision} the store "
                    + $"had {stood}: {text}";
            else if (!evidence.Clock.MayStand(stood.ExpireAt, page.Start))
                yield return $"lists '{item.Key}', which had expired: {text}";
        }
        var listed = items.Select(item => item.key.Key).ToHashSet();
        var end = isWhole ? null : items.Select(item => item.key.Key).LastOrDefault() ?? "";
        foreach (var stood in Standing(evidence, first.Tenant, first.Prefix ?? "", revision))
            if (!listed.Contains(stood.Name.Key) && (end is null || Compare(stood.Name.Key, end) < 0)
                && !evidence.Clock.MayBeGone(stood.ExpireAt, pages[^1].End))
                yield return $"leaves out {stood}: {text}";
    }

    private static IEnumerable<string> OfCount(Evidence evidence, Call call)
    {
        var standing = Standing(evidence, call.Tenant, call.Prefix ?? "", call.Answer!.Revision!.Value).ToList();
        // A key that has just expired may still be counted.
        var least = standing.Count(stood => !evidence.Clock.MayBeGone(stood.ExpireAt, call.End));
        if (call.Answer.Count is { } count && (count < least || count > standing.Count))
            yield return $"counts {count}, but there were {least} to {standing.Count}: {CallText.Of(call)}";
    }

    private static IEnumerable<KeyVersion> Standing(Evidence evidence, string tenant, string prefix, long revision) =>
        evidence.Store.Keys
        .Where(name => name.Tenant == tenant && name.Key.StartsWith(prefix, StringComparison.Ordinal))
        .Select(name => evidence.Store.At(name, revision))
        .OfType<KeyVersion>();

    private static int Compare(string a, string b) =>
        Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
}
