using System.Globalization;
using System.Text;

namespace Kv.Api.Tests.Hosting;

/// <summary>
/// Sends the start of a body and waits for the answer, which does not come where all of the body is waited for.
/// </summary>
internal static class UnfinishedBody
{
    // More than what is sent, and less than what is refused for its length.
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
