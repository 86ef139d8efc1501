using FluentValidation;
using Kv.Api.Answers;
using Kv.Api.Configuration;
using Kv.Api.Telemetry;
using Kv.Application;
using Kv.Application.Audit;
using Kv.Domain.Audit;
using Kv.Domain.Storage;
using Kv.Infrastructure;
using Microsoft.Extensions.Logging.Console;

namespace Kv.Api.CommandLine;

/// <summary>Runs commands that need the configured store.</summary>
internal static class StoreCommand
{
    /// <summary>Runs a command and prints a failure to standard error.</summary>
    /// <param name="builder">The settings.</param>
    /// <param name="command">The command; it returns the exit code.</param>
    /// <param name="hint">Advice when the store cannot be opened, most likely because Kv is running on it.</param>
    public static async Task<int> Run(WebApplicationBuilder builder, Func<IMediator, Task<int>> command, string hint)
    {
        try
        {
            await using var app = Compose(builder);
            return await command(app.Services.GetRequiredService<IMediator>());
        }
        catch (ValidationException mistake)
        {
            await Console.Error.WriteLineAsync(
                string.Join(Environment.NewLine, mistake.Errors.Select(error => error.ErrorMessage)));
            return Commands.UsageError;
        }
        catch (ConfigurationException mistake)
        {
            await Console.Error.WriteLineAsync($"{mistake.Message}{Environment.NewLine}({hint})");
            return 1;
        }
        catch (StoreException failure)
        {
            await Console.Error.WriteLineAsync($"The store failed: {failure.Message}");
            return 1;
        }
    }

    // Composes the use cases and the store. Nothing listens, watches or calls webhooks.
    private static WebApplication Compose(WebApplicationBuilder builder)
    {
        var options = KvOptions.Read(builder.Configuration);
        // The output belongs to the command.
        builder.Logging.ClearProviders();
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddApplication(options.Limits)
            .AddInfrastructure(options.Store, options.Deliveries, options.Audit)
            // All use cases need their ports, although no command watches.
            .AddAnswers(options.Answers, Infrastructure.Diagnostics.Telemetry.Name);
        if (options.Audit.IsOn)
            builder.AddAudit(options.LogFormat);
        var app = builder.Build();
        app.Services.GetRequiredService<IStoreProbe>();
        return app;
    }

    // Log only the audit, to standard error: standard output belongs to the command.
    private static void AddAudit(this WebApplicationBuilder builder, string logFormat)
    {
        builder.Services
            .AddSingleton<IActor, CommandLineActor>().AddAudit()
            .AddLogFormat(logFormat, isTerminal: !Console.IsErrorRedirected);
        builder.Logging
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddFilter<ConsoleLoggerProvider>(null, LogLevel.None)
            .AddFilter<ConsoleLoggerProvider>(AuditServices.Category, LogLevel.Information);
    }
}
