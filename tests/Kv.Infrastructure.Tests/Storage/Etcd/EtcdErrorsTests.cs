using Grpc.Core;
using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

internal sealed class EtcdErrorsTests
{
    [Test]
    public void What_failed_on_this_side_is_told_in_words_without_the_names_of_types()
    {
        var cause = new HttpRequestException("Connection refused (127.0.0.1:2379)");
        var error = new RpcException(new Status(
            StatusCode.Unavailable, $"Error starting gRPC call. HttpRequestException: {cause.Message}", cause));

        Assert.That(
            EtcdErrors.Translate(error, "read", isWrite: false).Message,
            Is.EqualTo("etcd could not read (Unavailable: Connection refused (127.0.0.1:2379))."));
    }

    [Test]
    public void What_etcd_says_is_told_as_it_says_it()
    {
        var error = new RpcException(new Status(StatusCode.Unavailable, "etcdserver: no leader"));

        Assert.That(
            EtcdErrors.Translate(error, "read", isWrite: false).Message,
            Is.EqualTo("etcd could not read (Unavailable: etcdserver: no leader)."));
    }
}
