using System.Text;

namespace Kv.Testing;

/// <summary>A request that a <see cref="WebhookReceiver"/> took.</summary>
/// <param name="Number">Its number, from 1, among all requests of the receiver.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">The path and the query, as they were sent.</param>
/// <param name="Headers">The headers, in the order and the letter case in which they were sent.</param>
/// <param name="Body">The body, byte for byte.</param>
public sealed record ReceivedRequest(
    int Number, string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The header <c>webhook-id</c>.</summary>
    public string? MessageId => Header("webhook-id");

    /// <summary>The value of a header; null when it was not sent. A header sent twice fails the test.</summary>
    public string? Header(string name) =>
        Headers.SingleOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
