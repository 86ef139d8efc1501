using Grpc.Core;
using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

internal sealed class EtcdErrorsTests
{
    [Test]
    public void A_client_side_failure_is_described_without_type_names()
    {
        var cause = new HttpRequestException("Connection refused (127.0.0.1:2379)");
        var error = new RpcException(new Status(
            StatusCode.Unavailable, $"Error starting gRPC call. HttpRequestException: {cause.Message}", cause));

        Assert.That(
            EtcdErrors.Translate(error, "read", isWrite: false).Message,
            Is.EqualTo("etcd could not read (Unavailable: Connection refused (127.0.0.1:2379))."));
    }

    [Test]
    public void The_message_of_etcd_is_passed_on_unchanged()
    {
        var error = new RpcException(new Status(StatusCode.Unavailable, "etcdserver: no leader"));

        Assert.That(
            EtcdErrors.Translate(error, "read", isWrite: false).Message,
            Is.EqualTo("etcd could not read (Unavailable: etcdserver: no leader)."));
    }
}
