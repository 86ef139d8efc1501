using Kv.FaultTests.Deployments;
using Kv.FaultTests.Running;
using Kv.FaultTests.Webhooks;

namespace Kv.FaultTests.Clients;

/// <summary>All clients and watches of a run.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly List<Client> _clients = [];
    private readonly List<WatchClient> _watches = [];
    private readonly RunSettings _settings;
    private readonly World _world;
    private int _drawn;

    public Crowd(Deployment deployment, RunSettings settings, Recorder recorder, Receiver receiver)
    {
        _settings = settings;
        _world = new World(deployment, recorder, () => TimeSpan.FromSeconds((double)_clients.Count / settings.Rate));
        Add(4, KeyNames.MainTenant, (name, random, tenant) => new RegisterClient(name, _world, random, tenant));
        Add(3, KeyNames.MainTenant, (name, random, tenant) => new TogetherClient(name, _world, random, tenant));
        Add(2, KeyNames.MainTenant, (name, random, tenant) => new PairClient(name, _world, random, tenant));
        Add(1, KeyNames.MainTenant, (name, random, tenant) => new ListingClient(name, _world, random, tenant));
        Add(2, KeyNames.MainTenant, (name, random, tenant) => new RepeatingClient(name, _world, random, tenant));
        Add(2, KeyNames.MainTenant, (name, random, tenant) => new ExpiryClient(name, _world, random, tenant));
        Add(2, KeyNames.MainTenant, (name, random, tenant) => new PollingClient(name, _world, random, tenant));
        Add(1, KeyNames.OtherTenant, (name, random, tenant) => new RegisterClient(name, _world, random, tenant));
        Add(1, KeyNames.OtherTenant, (name, random, tenant) => new PairClient(name, _world, random, tenant));
        if (KvSettings.HasQuota(settings))
            Add(1, KeyNames.MainTenant, (name, random, tenant) => new UsageClient(name, _world, random, tenant));
        foreach (var tenant in KeyNames.Tenants)
            Add(1, tenant, (name, random, _) => new WebhookClient(name, _world, random, tenant, receiver.Uri));
        Watch(
            KeyNames.MainTenant, "prefix=", $"prefix={KeyNames.RegisterPrefix}", $"prefix={KeyNames.PairPrefix}",
            $"key={KeyNames.Registers[0]}");
        Watch(KeyNames.OtherTenant, "prefix=");
    }

    /// <summary>The revision up to which every watch has received everything.</summary>
    public long WatchedThrough => _watches.Min(watch => watch.Position);

    /// <summary>Registers the webhooks that exist for the whole run.</summary>
    public async Task RegisterWebhooks()
    {
        foreach (var client in _clients.OfType<WebhookClient>())
            await client.RegisterStanding();
    }

    /// <summary>Lets all clients call until it is cancelled.</summary>
    public Task Call(CancellationToken stop) => Task.WhenAll(_clients.Select(client => client.Run(stop)));

    /// <summary>Lets all watches run until it is cancelled.</summary>
    public Task Watch(CancellationToken stop) => Task.WhenAll(_watches.Select(watch => watch.Run(stop)));

    public void Dispose()
    {
        foreach (var client in _clients)
            client.Dispose();
        foreach (var watch in _watches)
            watch.Dispose();
    }

    private void Add(int count, string tenant, Func<string, Random, string, Client> make)
    {
        for (var i = 0; i < count; i++)
            _clients.Add(make($"c{_clients.Count}", NextRandom(), tenant));
    }

    private void Watch(string tenant, params string[] queries) =>
        _watches.AddRange(
            queries.Select(query => new WatchClient($"{tenant}?{query}", _world, NextRandom(), tenant, query)));

    private Random NextRandom() => new(unchecked(_settings.Seed * 1009 + ++_drawn));
}
