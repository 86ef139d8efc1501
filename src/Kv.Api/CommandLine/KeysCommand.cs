using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Json;
using Kv.Application.KeyValues;

namespace Kv.Api.CommandLine;

/// <summary>
/// <c>Kv.Api keys decode</c>: renames the keys that simple-golang-kv stored under undecoded paths, and prints one line
/// of JSON for each.
/// </summary>
internal static class KeysCommand
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = KvJson.Encoder,
    };

    public static Command Create(Func<WebApplicationBuilder> builder)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Writes nothing." };
        var decode = new Command("decode", """
            Renames keys that were stored percent-encoded (user%3A42) to the decoded name (user:42), and prints a line
            of JSON for each key.
            A key whose new name exists is reported and keeps its name. Exits with 0 if all keys were renamed, otherwise with 1.
            """)
        {
            dryRun,
        };
        decode.SetAction((parsed, _) => StoreCommand.Run(
            builder(), mediator => Decode(mediator, parsed.GetValue(dryRun)),
            "Stop Kv first: only one process can use a DATA_DIR."));
        return new Command("keys", "Maintains the keys of a store.") { decode };
    }

    private static async Task<int> Decode(IMediator mediator, bool isDryRun)
    {
        var (renamed, refused) = (0L, 0L);
        await foreach (var key in await mediator.Send(new DecodeKeys(isDryRun)))
        {
            var line = new { key.Tenant.Namespace, key.Tenant.AppName, key.From, key.To, Refused = key.Refusal };
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(line, Format));
            if (key.Refusal is null)
                renamed++;
            else
                refused++;
        }
        await Console.Error.WriteLineAsync(
            $"{(isDryRun ? "Would rename" : "Renamed")} {renamed} keys; {refused} cannot "
                + $"be renamed and stay as they are.");
        return refused == 0 ? 0 : 1;
    }
}
