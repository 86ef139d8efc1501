using System.Globalization;
using FluentValidation;
using Kv.Api.Configuration;
using Kv.Application.Access;
using Kv.Domain;
using Kv.Domain.Storage;
using MediatR;

namespace Kv.Api.Operation;

/// <summary>
/// <c>Kv.Api apikey create|list|revoke</c>: manages API keys past the API, for whoever may touch the store anyway. So the first
/// administrator's key comes to be, and one that was lost is replaced.
/// </summary>
internal static class ApiKeyVerb
{
    public const string Name = "apikey";

    private const int Misused = 2;
    private const string Usage = """
        Usage: Kv.Api apikey create --namespace NAME|'*' --app NAME|'*' --verbs read,write,delete,webhooks [--prefix TEXT] [--name TEXT] [--expires 90d]
               Kv.Api apikey create --admin [--name TEXT] [--expires 90d]
               Kv.Api apikey list
               Kv.Api apikey revoke ID
        The store is the one of the settings (STORE, DATA_DIR, ETCD_ENDPOINTS, ...).
        """;

    private static readonly string[] Options = ["namespace", "app", "verbs", "prefix", "name", "expires"];
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(10 * 365);

    /// <summary>The exit code: 0 when it is done, 1 when not, 2 when it was not clear what to do.</summary>
    public static async Task<int> Run(string[] arguments, WebApplicationBuilder builder)
    {
        if (ToCommand(arguments) is not { } command)
        {
            await Console.Error.WriteLineAsync(Usage);
            return Misused;
        }
        try
        {
            await using var app = KvApplication.CreateForCommandLine(builder);
            return await command(app.Services.GetRequiredService<IMediator>());
        }
        catch (ValidationException mistake)
        {
            await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, mistake.Errors.Select(error => error.ErrorMessage)));
            return Misused;
        }
        catch (ConfigurationException mistake)
        {
            await Console.Error.WriteLineAsync(
                $"{mistake.Message}{Environment.NewLine}(While Kv runs over a DATA_DIR, keys are managed by its API: POST /admin/apikeys.)");
            return 1;
        }
        catch (StoreException failure)
        {
            await Console.Error.WriteLineAsync($"The store failed: {failure.Message}");
            return 1;
        }
    }

    // Null when it is not clear what to do.
    private static Func<IMediator, Task<int>>? ToCommand(string[] arguments)
    {
        switch (arguments)
        {
            case ["list", .. var rest] when rest.All(IsSetting):
                return List;
            case ["revoke", var id, .. var rest] when rest.All(IsSetting):
                return mediator => Revoke(mediator, id);
            case ["create", .. var rest] when ToRequest(rest) is { } request:
                return mediator => Create(mediator, request);
            default:
                return null;
        }
    }

    private static CreateApiKey? ToRequest(string[] arguments)
    {
        var given = new Dictionary<string, string>();
        var isAdministrator = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (IsSetting(arguments[i]))
                continue;
            if (arguments[i] == "--admin")
            {
                isAdministrator = true;
                continue;
            }
            var parts = arguments[i].Split('=', 2);
            var name = parts[0].StartsWith("--", StringComparison.Ordinal) ? parts[0][2..] : "";
            if (!Options.Contains(name) || (parts.Length == 1 && i + 1 == arguments.Length)
                || !given.TryAdd(name, parts.Length == 2 ? parts[1] : arguments[++i]))
                return null;
        }
        TimeSpan? time = null;
        if (given.TryGetValue("expires", out var expires) && (time = Durations.TryParse(expires, LongestTime)) is null)
            return null;
        return new CreateApiKey(
            given.GetValueOrDefault("name"), isAdministrator, given.GetValueOrDefault("namespace"), given.GetValueOrDefault("app"),
            given.GetValueOrDefault("prefix"), given.GetValueOrDefault("verbs")?.Split(','), (long?)time?.TotalSeconds);
    }

    // As Kv itself takes them: --STORE=embedded.
    private static bool IsSetting(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.Length > 2 && char.IsAsciiLetterUpper(argument[2]) && argument.Contains('=');

    private static async Task<int> Create(IMediator mediator, CreateApiKey request)
    {
        if (await mediator.Send(request) is not { } issued)
        {
            await Console.Error.WriteLineAsync("There are as many API keys as there may be.");
            return 1;
        }
        // The key alone on standard output, for scripts.
        await Console.Error.WriteLineAsync($"{Describe(issued.Key)}{Environment.NewLine}Its key, told this once:");
        await Console.Out.WriteLineAsync(issued.Secret.Reveal());
        return 0;
    }

    private static async Task<int> List(IMediator mediator)
    {
        foreach (var key in await mediator.Send(new ListApiKeys()))
            await Console.Out.WriteLineAsync(Describe(key));
        return 0;
    }

    private static async Task<int> Revoke(IMediator mediator, string id)
    {
        if (await mediator.Send(new RevokeApiKey(id)))
            return 0;
        await Console.Error.WriteLineAsync($"There is no API key {id}.");
        return 1;
    }

    private static string Describe(ApiKeyDto key)
    {
        var scope = key.IsAdministrator
            ? "administrator"
            : $"{key.Namespace}/{key.AppName} '{key.Prefix}*' {string.Join(',', key.Verbs)}";
        var end = key.ExpireAt is { } second
            ? DateTimeOffset.FromUnixTimeSeconds(second).ToString("u", CultureInfo.InvariantCulture)
            : "never";
        return $"{key.Id}  {scope}  expires {end}{(key.Name.Length == 0 ? "" : $"  {key.Name}")}";
    }
}
