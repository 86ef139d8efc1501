using System.Net.Sockets;
using Kv.Api.CommandLine;
using Kv.Api.Hosting;
using Microsoft.AspNetCore.Connections;

namespace Kv.Api;

internal static class Program
{
    // Keep this method small, so that signals are handled before the rest of the program is loaded. Commands use the
    // default handling of signals.
    private static async Task<int> Main(string[] args)
    {
        string[] words = [.. args.Where(argument => !Commands.IsSetting(argument))];
        string[] settings = [.. args.Where(Commands.IsSetting)];
        if (words.Length > 0)
            return await Run(words, settings, signals: null);
        using var signals = new StopSignals();
        // When a signal ends the program during the start, the start can fail with disposed services: those errors stay
        // in this task.
        var served = Task.Run(() => Run(words, settings, signals));
        return await Task.WhenAny(served, signals.EndNow) == served ? await served : 0;
    }

    private static async Task<int> Run(string[] words, string[] settings, StopSignals? signals)
    {
        try
        {
            if (signals is null)
                return await Commands.Run(words, Builder);
            await Serve(Builder(), signals);
            return 0;
        }
        catch (ConfigurationException mistake)
        {
            await Console.Error.WriteLineAsync($"Kv cannot start: {mistake.Message}");
            return 1;
        }
        catch (Exception mistake) when (
            mistake is SocketException or IOException { InnerException: AddressInUseException })
        {
            await Console.Error.WriteLineAsync(
                $"Kv cannot start: it cannot listen where PORT, MANAGEMENT_PORT "
                + $"and LISTEN_ADDRESS say. {mistake.Message}");
            return 1;
        }

        // appsettings.json is next to the program, independent of the current directory.
        WebApplicationBuilder Builder() => WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = settings, ContentRootPath = AppContext.BaseDirectory });
    }

    private static async Task Serve(WebApplicationBuilder builder, StopSignals signals)
    {
        builder.Services.AddSingleton(signals).AddSingleton<IHostLifetime, SignalLifetime>()
            .AddHostedService<MemoryTrimmer>();
        await using var app = KvApplication.Create(builder);
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (signals.HaveStopped)
        {
            // A signal arrived during the start. Continue with an orderly stop.
        }
        catch
        {
            // Otherwise the host reports each background service that it then cancels as a crash.
            await app.StopAsync();
            throw;
        }
        await app.WaitForShutdownAsync();
    }
}
