using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Kv.Api.Configuration;
using Kv.Application.Access;

namespace Kv.Api.CommandLine;

/// <summary>
/// <c>Kv.Api apikey create|list|revoke</c>: manages API keys directly in the store, for operators. It creates the first
/// administrator's key, and a new one after a loss.
/// </summary>
internal static class ApiKeyCommand
{
    private const string DisableWebhooks = "--disable-webhooks";
    private const string Hint = "If Kv is running on this DATA_DIR, manage keys by its API: POST /admin/apikeys.";

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(10 * 365);

    public static Command Create(Func<WebApplicationBuilder> builder) =>
        new("apikey", "Manages API keys in the store of the settings (STORE, DATA_DIR, ETCD_ENDPOINTS, ...).")
        {
            CreateKey(builder),
            ListKeys(builder),
            RevokeKey(builder),
        };

    private static Command CreateKey(Func<WebApplicationBuilder> builder)
    {
        var admin =
            new Option<bool>("--admin") { Description = "Creates an administrator's key, which allows everything." };
        var space = new Option<string>("--namespace") { Description = "The namespace that the key is for, or '*'." };
        var app = new Option<string>("--app") { Description = "The app that the key is for, or '*'." };
        var verbs =
            new Option<string>("--verbs") { Description = "The allowed verbs: some of read,write,delete,webhooks." };
        var prefix = new Option<string>("--prefix") { Description = "The prefix of the allowed keys." };
        var name = new Option<string>("--name") { Description = "A name for people." };
        var expires = new Option<TimeSpan?>("--expires")
        {
            Description = "The validity, for example 90d or 12h.",
            CustomParser = ReadTime,
        };
        var create = new Command("create", "Creates an API key and prints it once.")
        {
            admin, space, app, verbs, prefix, name, expires,
        };
        create.SetAction((parsed, _) => StoreCommand.Run(builder(), mediator => Create(mediator, new CreateApiKey(
            parsed.GetValue(name), parsed.GetValue(admin), parsed.GetValue(space), parsed.GetValue(app),
            parsed.GetValue(prefix),
            parsed.GetValue(verbs)?.Split(','), (long?)parsed.GetValue(expires)?.TotalSeconds)), Hint));
        return create;
    }

    private static Command ListKeys(Func<WebApplicationBuilder> builder)
    {
        var list = new Command("list", "Lists the API keys without their texts.");
        list.SetAction((_, _) => StoreCommand.Run(builder(), List, Hint));
        return list;
    }

    private static Command RevokeKey(Func<WebApplicationBuilder> builder)
    {
        var id = new Argument<string>("id") { Description = "The key's id, as the list shows it." };
        var disable = new Option<bool>(DisableWebhooks)
        {
            Description = "Disables the webhooks that the key registered. Otherwise they stay active.",
        };
        var revoke =
            new Command("revoke", "Revokes an API key, and lists the webhooks that it registered.") { id, disable };
        revoke.SetAction((parsed, _) => StoreCommand.Run(
            builder(),
            mediator => Revoke(mediator, new RevokeApiKey(parsed.GetRequiredValue(id), parsed.GetValue(disable))),
            Hint));
        return revoke;
    }

    private static TimeSpan? ReadTime(ArgumentResult given)
    {
        if (Durations.TryParse(given.Tokens.Single().Value, LongestTime) is { } time)
            return time;
        given.AddError($"--expires must be a number with a unit (s, m, h, d), and at most {LongestTime.TotalDays:0}d.");
        return null;
    }

    private static async Task<int> Create(IMediator mediator, CreateApiKey request)
    {
        if (await mediator.Send(request) is not { } issued)
        {
            await Console.Error.WriteLineAsync("The limit of API keys is reached.");
            return 1;
        }
        // Standard output has only the key, for scripts.
        await Console.Error.WriteLineAsync($"{Describe(issued.Key)}{Environment.NewLine}The key, shown only now:");
        await Console.Out.WriteLineAsync(issued.Secret.Reveal());
        return 0;
    }

    private static async Task<int> List(IMediator mediator)
    {
        foreach (var key in await mediator.Send(new ListApiKeys()))
            await Console.Out.WriteLineAsync(Describe(key));
        return 0;
    }

    private static async Task<int> Revoke(IMediator mediator, RevokeApiKey request)
    {
        if (await mediator.Send(request) is not { } revoked)
        {
            await Console.Error.WriteLineAsync($"There is no API key {request.Id}.");
            return 1;
        }
        if (revoked.WebhookCount > 0)
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"It registered {revoked.WebhookCount} webhooks"
                + $"{(request.DisablesWebhooks ? "" : $", which stay active without {DisableWebhooks}")}:"));
        foreach (var webhook in revoked.Webhooks)
            await Console.Error.WriteLineAsync(
                $"{webhook.Namespace}/{webhook.AppName}/{webhook.Id:D}  "
                + $"{(webhook.IsActive ? "active" : "disabled")}  {webhook.Endpoint}");
        return 0;
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
