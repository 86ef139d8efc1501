using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Domain.Watching;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Tickets as expiring entries of the store. A ticket is a random key: its entry is stored under the ticket's hash and
/// encrypted with the ticket, so that a reader of the store finds no credential. The transaction that reads the entry
/// deletes it.
/// </summary>
internal sealed class WatchTickets(IStore store, KeyLayout layout, TimeProvider time) : IWatchTickets
{
    private const int SecretBytes = 32;
    private const int TagBytes = 16;

    // Each key encrypts only one text, so a constant nonce is safe.
    private static readonly byte[] Nonce = new byte[12];

    public async ValueTask<string> Issue(WatchTicket ticket, CancellationToken cancellationToken)
    {
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        var deadline = (time.GetUtcNow() + WatchTicket.Lifetime).ToUnixTimeSeconds() + 1;
        await store.Commit(
            Transaction.Unconditional(new Operation.Put(Place(secret), Seal(secret, ticket), deadline)),
            cancellationToken);
        return Base64Url.EncodeToString(secret);
    }

    public async ValueTask<WatchTicket?> Redeem(string text, CancellationToken cancellationToken)
    {
        if (!Base64Url.IsValid(text, out var length) || length != SecretBytes)
            return null;
        var secret = Base64Url.DecodeFromChars(text);
        var place = Place(secret);
        var taken = await store.Commit(
            new Transaction([Compare.Exists(place)], [new Operation.Read(place), new Operation.Delete(place)]),
            cancellationToken);
        return taken.Succeeded ? Open(secret, taken.Results[0].Entries[0].Value.Span) : null;
    }

    private StoreKey Place(byte[] secret) => layout.WatchTicket(Convert.ToHexStringLower(SHA256.HashData(secret)));

    private static byte[] Seal(byte[] secret, WatchTicket ticket)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new WatchTicketRecord(ticket.Tenant.Namespace, ticket.Tenant.AppName, ticket.Prefix, ticket.Credential),
            WatchTicketJson.Default.WatchTicketRecord);
        var entry = new byte[content.Length + TagBytes];
        using var aes = new AesGcm(secret, TagBytes);
        aes.Encrypt(Nonce, content, entry.AsSpan(..^TagBytes), entry.AsSpan(^TagBytes..));
        return entry;
    }

    private static WatchTicket Open(byte[] secret, ReadOnlySpan<byte> entry)
    {
        var content = new byte[entry.Length - TagBytes];
        using var aes = new AesGcm(secret, TagBytes);
        aes.Decrypt(Nonce, entry[..^TagBytes], entry[^TagBytes..], content);
        var record = JsonSerializer.Deserialize(content, WatchTicketJson.Default.WatchTicketRecord)!;
        return new WatchTicket(new Tenant(record.Namespace, record.AppName), record.Prefix, record.Credential);
    }
}

/// <summary>The stored form of a ticket.</summary>
internal sealed record WatchTicketRecord(string Namespace, string AppName, string Prefix, string Credential);

[JsonSerializable(typeof(WatchTicketRecord))]
internal sealed partial class WatchTicketJson : JsonSerializerContext;
