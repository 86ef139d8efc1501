using FluentValidation;
using Kv.Domain.Storage;

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
            await using var app = CommandLineApplication.Create(builder);
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
}
