using Etcdserverpb;
using Google.Protobuf;
using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>How the answer of a member is read: the fields differ between versions.</summary>
internal sealed class EtcdStateTests
{
    [Test]
    public void A_quota_that_a_member_reports_is_used()
    {
        var space = EtcdState.From(Status(quota: 1000), quota: 5000);

        Assert.That((space.Used, space.Left, space.Refusal), Is.EqualTo((400L, 600L, (string?)null)));
    }

    [Test]
    public void A_member_without_a_quota_reports_none()
    {
        Assert.That(EtcdState.From(Status(quota: -1), quota: null).Left, Is.Null);
    }

    [Test]
    public void Without_a_reported_quota_the_configured_one_is_used()
    {
        var space = EtcdState.From(Status(quota: null), quota: 5000);

        Assert.That((space.Used, space.Left), Is.EqualTo((400L, 4600L)));
    }

    [Test]
    public void Without_a_known_quota_the_free_space_is_unknown()
    {
        Assert.That(EtcdState.From(Status(quota: null), quota: null).Left, Is.Null);
    }

    [Test]
    public void A_database_beyond_its_quota_has_nothing_left()
    {
        Assert.That(EtcdState.From(Status(quota: 300), quota: null).Left, Is.Zero);
    }

    // Field 12 of StatusResponse, dbSizeQuota, is written by members since 3.6.
    private static StatusResponse Status(long? quota)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            new StatusResponse { Version = "3.6.8", DbSize = 400, DbSizeInUse = 200 }.WriteTo(output);
            output.WriteTag(11, WireFormat.WireType.LengthDelimited);
            output.WriteString("3.6.0");
            if (quota is { } given)
            {
                output.WriteTag(12, WireFormat.WireType.Varint);
                output.WriteInt64(given);
            }
        }
        return StatusResponse.Parser.ParseFrom(bytes.ToArray());
    }
}
