using System.IO.Compression;
using Kv.Domain.Deliveries;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Deliveries.Calls;

/// <summary>How the answers of receivers are judged, most of them bad ones.</summary>
internal sealed class AnswerTests : SenderTest
{
    private const long Megabyte = 1024 * 1024;

    [TestCase(200, true)]
    [TestCase(204, true)]
    [TestCase(299, true)]
    [TestCase(301, false)]
    [TestCase(400, false)]
    [TestCase(410, false)]
    [TestCase(500, false)]
    [TestCase(999, false)]
    public async Task The_status_says_whether_the_message_was_accepted(int status, bool accepted)
    {
        var attempt = await SendAndAnswer(ReceiverAnswer.Status(status));

        Assert.That(attempt.Status, Is.EqualTo(status));
        Assert.That(attempt.Error, Is.Null);
        Assert.That(attempt.IsAccepted, Is.EqualTo(accepted));
        Assert.That(attempt.IsGone, Is.EqualTo(status == 410));
        Assert.That(attempt.At, Is.EqualTo(DateTimeOffset.FromUnixTimeSeconds(Now)));
    }

    [TestCase("ok\r\n\tdone", "ok\n\tdone")]
    [TestCase("a\0b\u001b[31m", "a\uFFFDb\uFFFD[31m")]
    [TestCase("日本", "日本")]
    public async Task The_answer_is_kept_as_printable_text(string body, string shown) =>
        Assert.That((await SendAndAnswer(ReceiverAnswer.Status(500, body))).Answer, Is.EqualTo(shown));

    [Test]
    public async Task Bytes_that_are_no_text_are_replaced() => Assert.That(
        (await SendAndAnswer(ReceiverAnswer.Status(200, [0x61, 0xFF, 0x62, 0xE6]))).Answer,
        Is.EqualTo("a\uFFFDb\uFFFD"));

    [Test]
    public async Task The_first_bytes_of_a_long_answer_and_its_connection_are_kept()
    {
        var body = new string('x', Attempt.MaxAnswerBytes - 1) + "日" + new string('y', 10_000);

        for (var i = 0; i < 2; i++)
            Assert.That(
                (await SendAndAnswer(ReceiverAnswer.Status(200, body))).Answer,
                Is.EqualTo(body[..(Attempt.MaxAnswerBytes - 1)]));

        Assert.That(Receiver.AcceptedConnections, Is.EqualTo(1));
    }

    [Test]
    public async Task An_endless_answer_is_not_read_completely()
    {
        var attempt = await SendAndAnswer(ReceiverAnswer.Endless(200, new byte[64 * 1024]));

        Assert.That(attempt.Status, Is.EqualTo(200));
        Assert.That(attempt.IsAccepted, Is.True, attempt.Error);
        await Eventually.Holds(() => Receiver.OpenConnections == 0, "the connection is dropped");
        // The unread part of the answer is in the buffers of the operating system.
        Assert.That(Receiver.BytesSent, Is.LessThan(32 * Megabyte));
    }

    [Test]
    public async Task A_compressed_answer_is_not_decompressed()
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
            for (var i = 0; i < 20; i++)
                await gzip.WriteAsync(new byte[Megabyte]);

        var attempt = await SendAndAnswer(ReceiverAnswer.Status(200, bomb.ToArray(), ("Content-Encoding", "gzip")));

        Assert.That(attempt.IsAccepted, Is.True, attempt.Error);
        Assert.That(attempt.Answer, Is.EqualTo("(compressed)"));
    }

    [Test]
    public async Task Endless_headers_are_refused()
    {
        var headers = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"X-{i}: {i}\r\n"));

        var attempt = await SendAndAnswer(ReceiverAnswer.Raw($"HTTP/1.1 200 OK\r\n{headers}Content-Length: 0\r\n\r\n"));

        Assert.That(attempt.Status, Is.Null);
        Assert.That(attempt.Error, Is.EqualTo("The answer's headers are too large."));
    }

    [Test]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = WebhookReceiver.Start();

        foreach (var location in new[] { "http://169.254.169.254/latest/meta-data/", elsewhere.Uri.ToString() })
        {
            var attempt = await SendAndAnswer(ReceiverAnswer.Status(302, "", ("Location", location)));
            Assert.That(attempt.Status, Is.EqualTo(302));
            Assert.That(attempt.IsAccepted, Is.False);
        }
        Assert.That(elsewhere.AcceptedConnections, Is.Zero);
        Assert.That(Receiver.RequestCount, Is.EqualTo(2));
    }

    [Test]
    public async Task Cookies_are_not_kept()
    {
        await SendAndAnswer(ReceiverAnswer.Status(200, "", ("Set-Cookie", "a=b")));
        await SendAndAnswer(ReceiverAnswer.Ok);

        Assert.That(Receiver.Requests[1].Header("Cookie"), Is.Null);
    }

    [TestCase("0", 0)]
    [TestCase("120", 120)]
    [TestCase("86400", 86_400)]
    [TestCase("86401", 86_400)]
    [TestCase("99999999999999999999", 86_400)]
    [TestCase("Fri, 15 Jan 2027 08:01:00 GMT", 60)]
    [TestCase("Friday, 15-Jan-27 08:01:00 GMT", 60)]
    [TestCase("Fri Jan 15 08:01:00 2027", 60)]
    [TestCase("Sun, 15 Jan 2040 08:00:00 GMT", 86_400)]
    [TestCase("Thu, 14 Jan 2027 08:00:00 GMT", null)]
    [TestCase("-5", null)]
    [TestCase("1.5", null)]
    [TestCase("soon", null)]
    [TestCase("", null)]
    public async Task A_receiver_may_ask_for_a_pause_of_up_to_a_day(string retryAfter, int? seconds)
    {
        var attempt = await SendAndAnswer(ReceiverAnswer.Status(429, "", ("Retry-After", retryAfter)));

        Assert.That(
            attempt.RetryAfter, Is.EqualTo(seconds is null ? null : (TimeSpan?)TimeSpan.FromSeconds(seconds.Value)));
    }

    [Test]
    public async Task After_an_accepted_message_a_requested_pause_is_ignored() => Assert.That(
        (await SendAndAnswer(ReceiverAnswer.Status(200, "", ("Retry-After", "120")))).RetryAfter, Is.Null);

    [Test]
    public async Task A_reset_in_the_middle_of_an_answer_is_reported_with_the_part_that_came()
    {
        var attempt = await SendAndAnswer(ReceiverAnswer.ResetAfter("half of "));

        Assert.That(attempt.Status, Is.EqualTo(200));
        Assert.That(attempt.Error, Is.EqualTo("The connection was reset."));
        Assert.That(attempt.Answer, Is.EqualTo("half of "));
        Assert.That(attempt.IsAccepted, Is.False);
    }

    [TestCase("", "The connection was closed before the end of the answer.")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Le", "The connection was closed before the end of the answer.")]
    [TestCase(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal", "The connection was closed before the end of the answer.")]
    [TestCase("SSH-2.0-OpenSSH_9.2\r\n", "The answer is not HTTP.")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "The answer is not HTTP.")]
    public async Task A_malformed_answer_is_reported(string answer, string error)
    {
        var attempt = await SendAndAnswer(ReceiverAnswer.Raw(answer));

        Assert.That(attempt.Error, Is.EqualTo(error));
        Assert.That(attempt.IsAccepted, Is.False);
    }
}
