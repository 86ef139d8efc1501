using System.CommandLine;

namespace Kv.Api.CommandLine;

/// <summary>The commands of the program. Without a command it serves HTTP.</summary>
internal static class Commands
{
    /// <summary>The exit code for an invalid command line.</summary>
    public const int UsageError = 2;

    /// <summary>
    /// Whether an argument is a setting, which is valid with and without a command: <c>--STORE=embedded</c>.
    /// </summary>
    public static bool IsSetting(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.Length > 2
        && char.IsAsciiLetterUpper(argument[2]) && argument.Contains('=');

    /// <summary>Runs a command.</summary>
    /// <param name="words">The arguments without settings.</param>
    /// <param name="builder">Creates the application builder with the settings.</param>
    /// <returns>The exit code: 0 for success, 1 for a failure, 2 for an invalid command line.</returns>
    public static async Task<int> Run(IReadOnlyList<string> words, Func<WebApplicationBuilder> builder)
    {
        var root = new RootCommand("""
            Kv, a key-value service with a REST API. Without a command it serves.
            Settings are environment variables, or arguments as --STORE=embedded: docs/configuration.md lists them.
            """)
        {
            HealthCommand.Create(builder),
            ApiKeyCommand.Create(builder),
            KeysCommand.Create(builder),
        };
        var parsed = root.Parse(words);
        // A signal ends a command immediately, without the library's grace period.
        var invocation =
            new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        if (parsed.Errors.Count == 0)
            return await parsed.InvokeAsync(invocation);
        // Standard output is only for results: write the help to standard error.
        invocation.Output = invocation.Error;
        await parsed.InvokeAsync(invocation);
        return UsageError;
    }
}
