using System.Net.Sockets;
using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.BadInput;

/// <summary>A body of 100 MB is refused before it is read.</summary>
internal sealed class LargeBodyTests(Engine engine) : EngineTests(engine)
{
    private const int Size = 100 * 1000 * 1000;

    // The buffers of two sockets, and the largest body that the server reads.
    private const int MostThatIsTaken = 40 * 1000 * 1000;

    [TestCase("POST", "/kv")]
    [TestCase("PUT", "/kv/k")]
    public async Task With_a_declared_length_it_is_413_and_the_connection_ends(string method, string path)
    {
        var (answer, sent) = await Flood(method, path, $"Content-Length: {Size}", chunked: false);

        Expect.Problem(answer, 413, "Body too large");
        Assert.That(sent, Is.LessThan(MostThatIsTaken));
        await NothingWasWritten();
    }

    [TestCase("POST", "/kv")]
    [TestCase("PUT", "/kv/k")]
    public async Task Without_a_declared_length_it_is_413_and_the_connection_ends(string method, string path)
    {
        var (answer, sent) = await Flood(method, path, "Transfer-Encoding: chunked", chunked: true);

        Expect.Problem(answer, 413, "Body too large");
        Assert.That(sent, Is.LessThan(MostThatIsTaken));
        await NothingWasWritten();
    }

    // Sends until the server has had enough, while it reads the answer.
    private async Task<(Answer Answer, int Sent)> Flood(string method, string path, string framing, bool chunked)
    {
        using var connection = await RawHttp.Connect(Host.Address);
        await connection.SendAsync(RawHttp.Request(method, path, Kv, null, "Content-Type: application/json", framing));
        var answer = RawHttp.ReadAnswer(connection);
        var sent = 0;
        try
        {
            await Send("""{"key":"k","value":" """u8.ToArray());
            var piece = Encoding.ASCII.GetBytes(new string('v', 64 * 1024));
            while (sent < Size && !answer.IsCompleted)
                await Send(piece);
        }
        catch (SocketException)
        {
            // The server ended the connection.
        }
        return (await answer, sent);

        async Task Send(byte[] bytes)
        {
            byte[] framed = chunked
                ? [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8]
                : bytes;
            await connection.SendAsync(framed);
            sent += bytes.Length;
        }
    }

    private async Task NothingWasWritten() =>
        Assert.That((await Kv.List("")).Status, Is.EqualTo(404), "nothing was written");
}
