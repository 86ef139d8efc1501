using System.Globalization;
using System.Text;

namespace Kv.Api.Tests.Hosting;

/// <summary>
/// Sends the start of a body and waits for the answer. A server that waits for the whole body does not answer.
/// </summary>
internal static class UnfinishedBody
{
    // More than the sent bytes, and less than a length that the server refuses.
    private const int Length = 30 * 1024 * 1024;

    /// <summary>Posts the start of a body of JSON, and leaves the rest out.</summary>
    public static async Task<Answer> Send(KvHost host, KvClient kv, string path, string start)
    {
        using var connection = await RawHttp.Connect(host.Address);
        var head = RawHttp.Request(
            "POST", path, kv, null, "Content-Type: application/json",
            string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Length}"));
        await connection.SendAsync((byte[])[.. head, .. Encoding.UTF8.GetBytes(start)]);
        return await RawHttp.ReadAnswer(connection);
    }
}
