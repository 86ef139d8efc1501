using System.Text.Json;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>Asks how much a tenant has.</summary>
internal sealed class UsageClient(string name, World world, Random random, string tenant) : Client(
    name, world, random, tenant)
{
    protected override async Task Step()
    {
        var (call, body) = await SendAndRead(Requests.Other(HttpMethod.Get, "/usage"));
        if (call.Answer is not { Status: 200 })
            return;
        using var json = JsonDocument.Parse(body);
        var usage = json.RootElement;
        World.Recorder.Add(new UsageReading(
            call.End, call.Replica, Tenant, usage.GetProperty("revision").GetInt64(),
            usage.GetProperty("keys").GetInt64(),
            usage.GetProperty("bytes").GetInt64()));
    }
}
