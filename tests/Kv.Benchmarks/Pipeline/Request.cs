using Microsoft.Extensions.Primitives;

namespace Kv.Benchmarks.Pipeline;

/// <summary>A request that is sent repeatedly.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path; nothing in it is encoded.</param>
/// <param name="Headers">The headers, but for the host and the length.</param>
/// <param name="Body">The body; empty for none.</param>
internal sealed record Request(string Method, string Path, (string Name, StringValues Value)[] Headers, byte[] Body);
