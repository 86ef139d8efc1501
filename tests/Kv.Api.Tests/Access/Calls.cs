using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Access;

/// <summary>Every call of the API about a key <c>in:k</c>, with the verbs that it needs.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path and the query.</param>
/// <param name="Needs">The verbs.</param>
/// <param name="Body">The body, if any.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="IsOfWholeTenant">
/// Whether the call is about things that have no key, so that a key prefix does not do.
/// </param>
internal sealed record Call(
    string Method, string Path, AccessVerbs Needs, string? Body = null, string ContentType = "application/json",
    bool IsOfWholeTenant = false)
{
    private const string Id = "7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b";
    private const string Delivery = "msg_7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b_42_0123456789abcdef";
    private const string Hook = """{"key":"in:*","event":"*","endpoint":"http://127.0.0.1:9/"}""";

    public static readonly Call[] All =
    [
        new("GET", "/kv/in:k", AccessVerbs.Read),
        new("HEAD", "/kv/in:k", AccessVerbs.Read),
        new("GET", "/kv/in:k?revision=1", AccessVerbs.Read),
        new("GET", "/kv/in:k?wait=1", AccessVerbs.Read),
        new("GET", "/kv/in:*", AccessVerbs.Read),
        new("HEAD", "/kv/in:*", AccessVerbs.Read),
        new("GET", "/kv?prefix=in:", AccessVerbs.Read),
        new("HEAD", "/kv?prefix=in:", AccessVerbs.Read),
        new("GET", "/history/in:k", AccessVerbs.Read),
        new("GET", "/export?prefix=in:", AccessVerbs.Read),
        new("GET", "/usage", AccessVerbs.Read, IsOfWholeTenant: true),
        new("GET", "/watch?prefix=in:&since=999999999999", AccessVerbs.Read),
        new("POST", "/watch-tickets", AccessVerbs.Read, """{"prefix":"in:"}"""),
        new("POST", "/kv", AccessVerbs.Write, """{"key":"in:k","value":"v"}"""),
        new("PUT", "/kv/in:k", AccessVerbs.Write, """{"value":"v"}"""),
        new("PUT", "/kv/in:k", AccessVerbs.Write, "raw", "text/plain"),
        new("PATCH", "/kv/in:k", AccessVerbs.Write, """{"ttl":60}""", "application/merge-patch+json"),
        new("DELETE", "/kv/in:k", AccessVerbs.Delete),
        new("DELETE", "/kv?prefix=in:", AccessVerbs.Delete),
        new("DELETE", "/kv?prefix=in:&dry_run", AccessVerbs.Delete),
        new("POST", "/bulk", AccessVerbs.Read, """[{"op":"get","key":"in:k"}]"""),
        new("POST", "/bulk", AccessVerbs.Write, """[{"op":"set","key":"in:k","value":"v"}]"""),
        new("POST", "/bulk", AccessVerbs.Delete, """[{"op":"delete","key":"in:k"}]"""),
        new("POST", "/bulk", AccessVerbs.Read | AccessVerbs.Delete, """[{"op":"get","key":"in:k"},{"op":"delete","key":"in:k"}]"""),
        new("POST", "/txn", AccessVerbs.Read, """{"compare":[{"key":"in:k","exists":false}]}"""),
        new("POST", "/txn", AccessVerbs.Write, """{"success":[{"op":"set","key":"in:k","value":"v"}]}"""),
        new("POST", "/txn", AccessVerbs.Read | AccessVerbs.Delete,
            """{"compare":[{"key":"in:k","exists":false}],"failure":[{"op":"delete","key":"in:k"}]}"""),
        new("POST", "/import", AccessVerbs.Write, """{"key":"in:k","value":"v"}""", "application/x-ndjson"),
        new("POST", "/copy", AccessVerbs.Read | AccessVerbs.Write, """{"from":"in:","to":"in:copy"}"""),
        new("POST", "/copy", AccessVerbs.Read | AccessVerbs.Write, """{"from":"in:","to":"in:copy","dry_run":true}"""),
        new("POST", "/webhooks", AccessVerbs.Webhooks, Hook),
        new("GET", "/webhooks/in:*", AccessVerbs.Webhooks),
        new("GET", "/webhooks", AccessVerbs.Webhooks, IsOfWholeTenant: true),
        new("GET", $"/webhooks/{Id}", AccessVerbs.Webhooks, IsOfWholeTenant: true),
        new("PUT", $"/webhooks/{Id}", AccessVerbs.Webhooks, "{}", IsOfWholeTenant: true),
        new("DELETE", $"/webhooks/{Id}", AccessVerbs.Webhooks, IsOfWholeTenant: true),
        new("POST", $"/webhooks/{Id}/rotate-secret", AccessVerbs.Webhooks, IsOfWholeTenant: true),
        new("POST", $"/webhooks/{Id}/ping", AccessVerbs.Webhooks, IsOfWholeTenant: true),
        new("GET", $"/webhooks/{Id}/deliveries", AccessVerbs.Webhooks, IsOfWholeTenant: true),
        new("GET", $"/webhooks/{Id}/explain?key=in:k", AccessVerbs.Webhooks, IsOfWholeTenant: true),
        new("POST", $"/webhooks/{Id}/redeliver-failed", AccessVerbs.Webhooks, IsOfWholeTenant: true),
        new("POST", $"/webhooks/{Id}/replay", AccessVerbs.Webhooks, """{"since":1}""", IsOfWholeTenant: true),
        new("GET", $"/deliveries/{Delivery}", AccessVerbs.Webhooks, IsOfWholeTenant: true),
        new("POST", $"/deliveries/{Delivery}/redeliver", AccessVerbs.Webhooks, IsOfWholeTenant: true),
    ];

    public Task<Answer> Send(KvClient client) => client.With(
        new HttpMethod(Method), Path, Body is null ? null : KvClient.Bytes(Encoding.UTF8.GetBytes(Body), ContentType));

    public override string ToString() => $"{Method} {Path} {Body}";
}
