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

/// <summary>
/// Composes the use cases and the store for a command. Nothing listens, watches or calls webhooks.
/// </summary>
internal static class CommandLineApplication
{
    /// <exception cref="ConfigurationException">A setting is invalid, or the store cannot be opened.</exception>
    public static WebApplication Create(WebApplicationBuilder builder)
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
