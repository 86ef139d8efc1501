using Kv.Api;
using Kv.Api.Operation;
using Kv.Domain;

try
{
    var builder = WebApplication.CreateBuilder(args);
    if (args is [HealthVerb.Name, ..])
        return await HealthVerb.Run(builder.Configuration);
    await using var app = KvApplication.Create(builder);
    await app.RunAsync();
    return 0;
}
catch (ConfigurationException mistake)
{
    await Console.Error.WriteLineAsync($"Kv cannot start: {mistake.Message}");
    return 1;
}
