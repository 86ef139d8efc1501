using System.Net.Sockets;
using Kv.Api;
using Kv.Api.Operation;
using Kv.Domain;
using Microsoft.AspNetCore.Connections;

try
{
    // Its own settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(
        new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    if (args is [HealthVerb.Name, ..])
        return await HealthVerb.Run(builder.Configuration);
    if (args is [ApiKeyVerb.Name, ..])
        return await ApiKeyVerb.Run(args[1..], builder);
    await using var app = KvApplication.Create(builder);
    await app.RunAsync();
    return 0;
}
catch (ConfigurationException mistake)
{
    await Console.Error.WriteLineAsync($"Kv cannot start: {mistake.Message}");
    return 1;
}
catch (Exception mistake) when (mistake is SocketException or IOException { InnerException: AddressInUseException })
{
    await Console.Error.WriteLineAsync(
        $"Kv cannot start: it cannot listen where PORT, MANAGEMENT_PORT and LISTEN_ADDRESS say. {mistake.Message}");
    return 1;
}
