using Kv.Domain;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>The error for an unusable directory names the directory and the reason.</summary>
internal sealed class DataDirectoryTests : EmbeddedTest
{
    [Test]
    public async Task A_directory_in_use_is_refused_until_it_is_released()
    {
        await Commit(Put("key", "value"));

        Assert.That(Open, Throws.TypeOf<ConfigurationException>()
            .With.Message.Contains(Directory).And.Message.Contains("in use"));
        Assert.That(Text(await Get("key")), Is.EqualTo("value"));

        await Reopen();
        Assert.That(Text(await Get("key")), Is.EqualTo("value"));
    }

    [Test]
    public async Task A_database_of_a_later_format_is_refused_and_left_as_it_is()
    {
        await Commit(Put("key", "value"));
        await Store.DisposeAsync();
        SetFormat(1000);

        Assert.That(Open, Throws.TypeOf<ConfigurationException>()
            .With.Message.Contains(Directory).And.Message.Contains("1000"));

        SetFormat(2);
        await Reopen();
        Assert.That(Text(await Get("key")), Is.EqualTo("value"));
    }

    [Test]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(Path.Combine(Directory, "kv.db"), new string('x', 4096));

        Assert.That(Open, Throws.TypeOf<ConfigurationException>().With.Message.Contains(Directory));
    }

    [Test]
    public void A_directory_that_cannot_be_created_is_refused()
    {
        var file = Path.Combine(Directory, "file");
        File.WriteAllText(file, "");
        var within = Path.Combine(file, "data");

        Assert.That(
            () => EmbeddedStore.Open(
                new EmbeddedOptions { DataDirectory = within }, Clock, Meters.Factory,
                NullLogger<EmbeddedStore>.Instance),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains(within));
    }

    [Test]
    public async Task An_empty_store_is_at_revision_1()
    {
        Assert.That((await List()).Revision, Is.EqualTo(1));
        Assert.That((await Commit(Put("key", "value"))).Revision, Is.EqualTo(2));
    }

    [Test]
    public async Task A_closed_store_leaves_nothing_in_the_log()
    {
        await Commit(Put("key", "value"));

        await Store.DisposeAsync();

        Assert.That(File.Exists(Path.Combine(Directory, "kv.db-wal")), Is.False);
    }

    private void SetFormat(int version)
    {
        using var connection = OtherHand();
        Execute(connection, $"PRAGMA user_version = {version}");
    }
}
