using Etcdserverpb;
using Google.Protobuf;
using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>How a member's answer is read; members of several versions tell different things.</summary>
internal sealed class EtcdStateTests
{
    [Test]
    public void A_member_that_tells_its_quota_is_believed()
    {
        var space = EtcdState.From(Told(quota: 1000), quota: 5000);

        Assert.That((space.Used, space.Left, space.Refusal), Is.EqualTo((400L, 600L, (string?)null)));
    }

    [Test]
    public void A_member_without_a_quota_has_none_to_tell()
    {
        Assert.That(EtcdState.From(Told(quota: -1), quota: null).Left, Is.Null);
    }

    [Test]
    public void Where_it_does_not_it_is_the_one_that_is_set()
    {
        var space = EtcdState.From(Told(quota: null), quota: 5000);

        Assert.That((space.Used, space.Left), Is.EqualTo((400L, 4600L)));
    }

    [Test]
    public void Where_none_is_known_what_is_left_is_not()
    {
        Assert.That(EtcdState.From(Told(quota: null), quota: null).Left, Is.Null);
    }

    [Test]
    public void A_database_beyond_its_quota_has_nothing_left()
    {
        Assert.That(EtcdState.From(Told(quota: 300), quota: null).Left, Is.Zero);
    }

    // Field 12 of StatusResponse, dbSizeQuota, is written by members since 3.6.
    private static StatusResponse Told(long? quota)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            new StatusResponse { Version = "3.6.8", DbSize = 400, DbSizeInUse = 200 }.WriteTo(output);
            output.WriteTag(11, WireFormat.WireType.LengthDelimited);
            output.WriteString("3.6.0");
            if (quota is { } told)
            {
                output.WriteTag(12, WireFormat.WireType.Varint);
                output.WriteInt64(told);
            }
        }
        return StatusResponse.Parser.ParseFrom(bytes.ToArray());
    }
}
