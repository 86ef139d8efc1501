using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.WebConsole;

/// <summary>A person pages through many keys.</summary>
[TestFixture(Engine.Embedded)]
[TestFixture(Engine.Etcd)]
internal sealed class PagingTests(Engine engine) : ConsoleTest(engine)
{
    private const int Keys = 10_000;

    [Test]
    public async Task Each_key_of_a_folder_and_of_a_search_is_seen_once()
    {
        var names = Enumerable.Range(0, Keys).Select(i => $"{i:0000}").ToArray();
        var lines = string.Concat(names.Select(name => $$"""{"key":"many/{{name}}","value":"x"}""" + "\n"));
        var imported = await Kv.Send(
            HttpMethod.Post, "/import", KvClient.Bytes(Encoding.UTF8.GetBytes(lines), "application/x-ndjson"));
        Assert.That(imported.Body, Does.Contain($"\"written\":{Keys}"));
        await Go("keys");
        await TreeItem("many/").ClickAsync();

        await Continue(
            "[...document.querySelectorAll('.row')].filter(row => row.title === '').forEach(row => row.click())",
            Keys + 1);
        Assert.That(await Names(), Is.EqualTo(names.Prepend("many/")));

        await Field("Search for keys that").SelectOptionAsync("contains");
        await Page.Locator(".list-pane input").FillAsync("99");
        var found = names.Where(name => name.Contains("99", StringComparison.Ordinal))
            .Select(name => $"many/{name}").ToArray();
        await Continue("document.querySelector('.list-pane .pane-body').scrollBy(0, 1e6)", found.Length);
        await Sees($"{found.Length} keys found among all names");
        Assert.That(await Names(), Is.EqualTo(found));
    }

    // Repeats a script of the page until the list has so many rows.
    private Task Continue(string script, int rows) => Eventually.Holds(
        async () => await Page.EvaluateAsync<int>(
            $"() => {{ {script}; return document.querySelectorAll('.row').length; }}") == rows,
        $"{rows} rows are listed");

    private Task<string[]> Names() => Page.Locator(".tree").EvaluateAsync<string[]>(
        "tree => [...tree.querySelectorAll('.row .name')].map(name => name.textContent)");
}
