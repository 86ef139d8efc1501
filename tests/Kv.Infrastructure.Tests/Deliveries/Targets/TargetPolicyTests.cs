using System.Net;
using Kv.Infrastructure.Deliveries.Targets;

namespace Kv.Infrastructure.Tests.Deliveries.Targets;

/// <summary>Which addresses may be dialled, in any spelling.</summary>
internal sealed class TargetPolicyTests
{
    private static readonly TargetPolicy Private = Policy(new TargetOptions());
    private static readonly TargetPolicy Public = Policy(new TargetOptions { Mode = TargetMode.Public });

    private static readonly TargetPolicy AllAllowed = Policy(new TargetOptions
    {
        Mode = TargetMode.Public,
        Allow = [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")],
    });

    [TestCase("0.0.0.0", "unspecified")]
    [TestCase("0.1.2.3", "unspecified")]
    [TestCase("::", "unspecified")]
    [TestCase("169.254.0.1", "link-local")]
    [TestCase("169.254.169.254", "link-local")]
    [TestCase("fe80::1", "link-local")]
    [TestCase("fe80::1%2", "link-local")]
    [TestCase("febf::1", "link-local")]
    [TestCase("100.100.100.200", "a metadata service's")]
    [TestCase("168.63.129.16", "a metadata service's")]
    [TestCase("192.0.0.192", "a metadata service's")]
    [TestCase("fd00:ec2::254", "a metadata service's")]
    [TestCase("fd00:ec2::254%2", "a metadata service's")]
    [TestCase("fd20:ce::254", "a metadata service's")]
    [TestCase("224.0.0.1", "multicast")]
    [TestCase("239.255.255.255", "multicast")]
    [TestCase("ff02::1", "multicast")]
    [TestCase("240.0.0.1", "reserved")]
    [TestCase("255.255.255.255", "reserved")]
    [TestCase("192.0.0.1", "reserved")]
    [TestCase("192.0.2.1", "reserved")]
    [TestCase("198.51.100.1", "reserved")]
    [TestCase("203.0.113.1", "reserved")]
    [TestCase("192.88.99.1", "reserved")]
    [TestCase("100::1", "reserved")]
    [TestCase("fec0::1", "reserved")]
    [TestCase("2001:db8::1", "reserved")]
    [TestCase("2001:20::1", "reserved")]
    [TestCase("3fff::1", "reserved")]
    [TestCase("4000::1", "reserved")]
    [TestCase("5f00::1", "reserved")]
    public void Some_addresses_are_refused_under_every_configuration(string address, string meaning) =>
        Assert.Multiple(() =>
    {
        foreach (var policy in new[] { Private, Public, AllAllowed })
            Assert.That(policy.Refusal(IPAddress.Parse(address), 80), Is.EqualTo($"the address is {meaning}"));
    });

    [TestCase("::ffff:169.254.169.254", "the address is link-local")]
    [TestCase("::ffff:0.0.0.0", "the address is unspecified")]
    [TestCase("::169.254.169.254", "the address carries an IPv4 address that is link-local")]
    [TestCase("::0.0.0.2", "the address carries an IPv4 address that is unspecified")]
    [TestCase("::ffff:0:169.254.169.254", "the address carries an IPv4 address that is link-local")]
    [TestCase("64:ff9b::a9fe:a9fe", "the address carries an IPv4 address that is link-local")]
    [TestCase("64:ff9b::", "the address carries an IPv4 address that is unspecified")]
    [TestCase("64:ff9b:1::a9fe:a9fe", "the address carries an IPv4 address that is link-local")]
    [TestCase("64:ff9b:1:a9fe:a9:fe00::", "the address carries an IPv4 address that is link-local")]
    [TestCase("64:ff9b:1:a9:fe:a9fe::", "the address carries an IPv4 address that is link-local")]
    [TestCase("64:ff9b:1::a9:fea9:fe00:0", "the address carries an IPv4 address that is reserved")]
    [TestCase("64:ff9b:1::", "the address carries an IPv4 address that is unspecified")]
    [TestCase("2002:a9fe:a9fe::1", "the address carries an IPv4 address that is link-local")]
    [TestCase("2002:e000:1::", "the address carries an IPv4 address that is multicast")]
    [TestCase("2001:0:808:808:0:0:5601:5601", "the address carries an IPv4 address that is link-local")]
    public void An_address_that_embeds_a_refused_one_is_refused_too(string address, string refusal) =>
        Assert.Multiple(() =>
    {
        foreach (var policy in new[] { Private, Public, AllAllowed })
            Assert.That(policy.Refusal(IPAddress.Parse(address), 80), Does.StartWith(refusal));
    });

    [TestCase("127.0.0.1", "the address is loopback")]
    [TestCase("127.255.255.254", "the address is loopback")]
    [TestCase("::1", "the address is loopback")]
    [TestCase("::1%1", "the address is loopback")]
    [TestCase("::ffff:127.0.0.1", "the address is loopback")]
    [TestCase("10.0.0.1", "the address is private")]
    [TestCase("172.16.0.1", "the address is private")]
    [TestCase("172.31.255.255", "the address is private")]
    [TestCase("192.168.1.1", "the address is private")]
    [TestCase("100.64.0.1", "the address is private")]
    [TestCase("100.127.255.255", "the address is private")]
    [TestCase("198.18.0.1", "the address is private")]
    [TestCase("198.19.255.255", "the address is private")]
    [TestCase("fc00::1", "the address is private")]
    [TestCase("fdff::1", "the address is private")]
    [TestCase("fd00::1%3", "the address is private")]
    [TestCase("64:ff9b::10.0.0.1", "the address carries an IPv4 address that is private")]
    [TestCase("2002:7f00:1::", "the address carries an IPv4 address that is loopback")]
    public void Private_networks_are_refused_where_only_public_ones_may_be_called(string address, string refusal)
    {
        Assert.That(Public.Refusal(IPAddress.Parse(address), 80), Is.EqualTo(refusal));
        Assert.That(Private.Refusal(IPAddress.Parse(address), 80), Is.Null);
        Assert.That(AllAllowed.Refusal(IPAddress.Parse(address), 80), Is.Null);
    }

    [TestCase("1.1.1.1")]
    [TestCase("169.253.255.255")]
    [TestCase("172.32.0.1")]
    [TestCase("100.128.0.1")]
    [TestCase("223.255.255.255")]
    [TestCase("2606:4700:4700::1111")]
    [TestCase("2001:4860:4860::8888")]
    [TestCase("::ffff:1.1.1.1")]
    [TestCase("64:ff9b::1.1.1.1")]
    [TestCase("64:ff9b:1::1.1.1.1")]
    [TestCase("2002:101:101::1")]
    [TestCase("2001:0:808:808:0:0:fefe:fefe")]
    public void Public_addresses_may_be_called(string address)
    {
        Assert.That(Public.Refusal(IPAddress.Parse(address), 80), Is.Null);
        Assert.That(Private.Refusal(IPAddress.Parse(address), 80), Is.Null);
    }

    // Hosts as a URL may spell them, with digits of every base and a spelling of every kind.
    [TestCase("http://2130706433/", "loopback")]
    [TestCase("http://0x7f000001/", "loopback")]
    [TestCase("http://0x7f.1/", "loopback")]
    [TestCase("http://017700000001/", "loopback")]
    [TestCase("http://0177.0.0.1/", "loopback")]
    [TestCase("http://127.1/", "loopback")]
    [TestCase("http://[::1]/", "loopback")]
    [TestCase("http://[0:0:0:0:0:0:0:1]/", "loopback")]
    [TestCase("http://[::1%251]/", "loopback")]
    [TestCase("http://[::ffff:127.0.0.1]/", "loopback")]
    [TestCase("http://[::ffff:7f00:1]/", "loopback")]
    [TestCase("http://0/", "unspecified")]
    [TestCase("http://0.0.0.0/", "unspecified")]
    [TestCase("http://[::]/", "unspecified")]
    [TestCase("http://2852039166/", "link-local")]
    [TestCase("http://0xa9.0xfe.0xa9.0xfe/", "link-local")]
    [TestCase("http://0251.0376.0251.0376/", "link-local")]
    [TestCase("http://169.254.43518/", "link-local")]
    [TestCase("http://[::ffff:169.254.169.254]/", "link-local")]
    [TestCase("http://[::ffff:a9fe:a9fe]/", "link-local")]
    [TestCase("http://[64:ff9b::a9fe:a9fe]/", "link-local")]
    [TestCase("http://[fe80::1%25eth0]/", "link-local")]
    public async Task No_spelling_in_a_URL_bypasses_the_check(string url, string meaning)
    {
        var connector = new TargetConnector(
            Public, TimeProvider.System,
            (host, _) => throw new AssertionException($"'{host}' was looked up as a name"));
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = connector.Connect,
            UseProxy = false,
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, url);

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, default));

        Assert.That(error.InnerException, Is.InstanceOf<TargetNotAllowedException>());
        Assert.That(
            error.InnerException!.Message,
            Does.StartWith("The target is not allowed: ").And.EndWith($" is {meaning}."));
    }

    [Test]
    public void An_allowed_network_is_allowed_in_every_spelling_and_no_other_address_is()
    {
        var policy = Policy(new TargetOptions { Mode = TargetMode.Public, Allow = [IPNetwork.Parse("10.1.0.0/16")] });

        Assert.That(policy.Refusal(IPAddress.Parse("10.1.2.3"), 80), Is.Null);
        Assert.That(policy.Refusal(IPAddress.Parse("::ffff:10.1.2.3"), 80), Is.Null);
        Assert.That(policy.Refusal(IPAddress.Parse("64:ff9b::10.1.2.3"), 80), Is.Null);
        Assert.That(policy.Refusal(IPAddress.Parse("10.2.0.1"), 80), Is.EqualTo("the address is private"));
    }

    [TestCase("8.8.0.0/16")]
    [TestCase("::ffff:8.8.0.0/112")]
    public void A_denied_network_is_denied_in_every_spelling(string network)
    {
        var policy = Policy(new TargetOptions
        {
            Deny = [IPNetwork.Parse(network)],
            Allow = [IPNetwork.Parse("0.0.0.0/0")],
        });

        Assert.That(
            policy.Refusal(IPAddress.Parse("8.8.8.8"), 80), Is.EqualTo("the address is denied by the configuration"));
        Assert.That(
            policy.Refusal(IPAddress.Parse("::ffff:8.8.8.8"), 80),
            Is.EqualTo("the address is denied by the configuration"));
        Assert.That(policy.Refusal(IPAddress.Parse("2002:808:808::"), 80), Does.EndWith("denied by the configuration"));
        Assert.That(policy.Refusal(IPAddress.Parse("8.9.0.1"), 80), Is.Null);
    }

    [Test]
    public void A_denied_network_of_IPv6_is_denied_with_a_scope_too()
    {
        var policy = Policy(new TargetOptions { Deny = [IPNetwork.Parse("fd00::/8")] });

        Assert.That(
            policy.Refusal(IPAddress.Parse("fd00::1%1"), 80), Is.EqualTo("the address is denied by the configuration"));
    }

    [Test]
    public void The_ports_of_etcd_are_refused_at_any_address(
        [Values("10.0.0.1", "1.1.1.1", "::1")] string address, [Values(2379, 2380)] int port)
    {
        Assert.That(AllAllowed.Refusal(IPAddress.Parse(address), port), Is.EqualTo("the port is etcd's"));
        Assert.That(AllAllowed.Refusal(IPAddress.Parse(address), port + 2), Is.Null);
    }

    private static TargetPolicy Policy(TargetOptions options) => new(options, OwnAddressesOf.Nothing());
}
