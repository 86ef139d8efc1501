using Kv.Domain;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>A database in format 1, with every value in the row of its version, is converted at the start.</summary>
internal sealed class ConversionTests : EmbeddedTest
{
    // As the first builds created it.
    private const string Format1 = """
        CREATE TABLE versions (
            id              INTEGER PRIMARY KEY,
            key             BLOB    NOT NULL,
            create_revision INTEGER NOT NULL,
            mod_revision    INTEGER NOT NULL,
            version         INTEGER NOT NULL,
            deadline        INTEGER,
            end_revision    INTEGER,
            end_kind        INTEGER,
            value           BLOB    NOT NULL
        );
        CREATE UNIQUE INDEX standing  ON versions (key) WHERE end_revision IS NULL;
        CREATE UNIQUE INDEX history   ON versions (key, mod_revision);
        CREATE INDEX        puts      ON versions (mod_revision);
        CREATE INDEX        ends      ON versions (end_revision) WHERE end_revision IS NOT NULL;
        CREATE INDEX        deadlines ON versions (deadline) WHERE end_revision IS NULL AND deadline IS NOT NULL;

        CREATE TABLE counters (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO counters VALUES ('revision', 1), ('compacted', 0);
        PRAGMA journal_mode = WAL;
        PRAGMA user_version = 1;
        """;

    // The values are repeated digits. The last deadline is in the year 2100.
    private const string Entries = """
        INSERT INTO versions
            (key, create_revision, mod_revision, version, deadline, end_revision, end_kind, value)
        SELECT CAST(column1 AS BLOB), column2, column3, column4, column5, column6, column7,
            CAST(replace(hex(zeroblob(column9)), '00', column8) AS BLOB)
        FROM (VALUES
            ('large',    2, 2, 1, NULL,       3,    0,    '1', 100000),
            ('large',    2, 3, 2, NULL,       NULL, NULL, '2', 1048576),
            ('small',    3, 3, 1, NULL,       NULL, NULL, '3', 1),
            ('gone',     4, 4, 1, NULL,       5,    1,    '4', 5000),
            ('expired',  6, 6, 1, 10,         7,    2,    '5', 5000),
            ('empty',    8, 8, 1, NULL,       NULL, NULL, '',  0),
            ('expiring', 8, 8, 1, 4102444800, NULL, NULL, '6', 5001));
        UPDATE counters SET number = 8 WHERE name = 'revision';
        """;

    [SetUp]
    public void CreateDatabase()
    {
        using var connection = OtherHand();
        Execute(connection, Format1);
        Execute(connection, Entries);
    }

    [Test]
    public async Task Everything_reads_the_same_afterwards()
    {
        await AssertEntries();

        Assert.That(
            Log.Lines.Single(line => line.Contains("convert", StringComparison.Ordinal)),
            Does.Contain("kv.db' is being converted from format 1 to 2"));
        Assert.That(Number("SELECT COUNT(*) FROM contents"), Is.EqualTo(5));
        Assert.That(Number("SELECT MAX(length(value)) FROM versions"), Is.EqualTo(1));
        await Reopen();
        await AssertEntries();
    }

    [Test]
    public async Task Its_values_are_compacted_like_others()
    {
        Options = Options with { HistoryRevisions = 2 };
        await Commit(new Operation.Touch(Key("expiring"), null));

        for (var i = 0; i < 4; i++)
            await Commit(Put("other", $"{i}"));

        Assert.That(Number("SELECT COUNT(*) FROM contents"), Is.EqualTo(2));
        Assert.That(
            (await List()).Entries.Select(Short),
            Is.EqualTo(new[] { "empty=", "expiring=6*5001", "large=2*1048576", "other=3*1", "small=3*1" }));
    }

    [Test]
    public async Task A_conversion_that_fails_leaves_the_database_as_it_was()
    {
        using (var connection = OtherHand())
            Execute(connection, "CREATE TRIGGER fault BEFORE UPDATE ON versions BEGIN SELECT RAISE(ABORT, 'x'); END");

        Assert.That(Open, Throws.TypeOf<ConfigurationException>().With.Message.Contains(Directory));

        Assert.That(Number("PRAGMA user_version"), Is.EqualTo(1));
        Assert.That(Number("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'contents'"), Is.Zero);
        Assert.That(Number("SELECT SUM(length(value)) FROM versions"), Is.EqualTo(100_000 + 1_048_576 + 15_002));
        using (var connection = OtherHand())
            Execute(connection, "DROP TRIGGER fault");
        await AssertEntries();
    }

    private async Task AssertEntries()
    {
        Assert.That(
            (await List()).Entries.Select(Short),
            Is.EqualTo(new[] { "empty=", "expiring=6*5001", "large=2*1048576", "small=3*1" }));
        Assert.That((await List(2)).Entries.Select(Short), Is.EqualTo(new[] { "large=1*100000" }));
        Assert.That(
            (await List(4)).Entries.Select(Short),
            Is.EqualTo(new[] { "gone=4*5000", "large=2*1048576", "small=3*1" }));
        Assert.That((await Get("expiring"))!.Deadline, Is.EqualTo(4_102_444_800));
        await using var feed = Watch(1);
        await feed.Until(9);
        Assert.That(
            feed.Sets.SelectMany(set => set.Changes.Select(
                change => $"{set.Revision} {change.Kind} {Short((change.Current ?? change.Previous)!)}")),
            Is.EqualTo(new[]
            {
                "2 Put large=1*100000", "3 Put large=2*1048576", "3 Put small=3*1", "4 Put gone=4*5000",
                "5 Delete gone=4*5000", "6 Put expired=5*5000", "7 Expire expired=5*5000", "8 Put empty=",
                "8 Put expiring=6*5001",
            }));
    }

    // A key, and the digit that its value repeats.
    private static string Short(Entry entry) => Text(entry) is [var digit, ..] text
        ? $"{entry.Key}={digit}*{text.Count(digit.Equals)}"
        : $"{entry.Key}=";
}
