using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Webhooks;

internal sealed class WebhookListTests(Engine engine) : WebhookTests(engine)
{
    [Test]
    public async Task Without_webhooks_every_list_is_empty()
    {
        foreach (var answer in new[] { await List(), await Get("*"), await Get("user:*") })
        {
            Assert.That(answer.Status, Is.EqualTo(200));
            Assert.That(answer.ContentType, Is.EqualTo("application/json"));
            Assert.That(answer.Body, Is.EqualTo("[]"));
        }
    }

    [Test]
    public async Task A_list_has_the_order_of_registration_and_each_webhook_in_full()
    {
        var ids = new List<string>();
        foreach (var key in new[] { "c", "a", "b*" })
            ids.Add(await Register(Plain.Replace("user:*", key)));

        var listed = (await List()).Json.EnumerateArray().Select(webhook => webhook.GetRawText()).ToArray();

        var alone = new List<string>();
        foreach (var id in ids)
            alone.Add((await Get(id)).Body);
        Assert.That(listed, Is.EqualTo(alone));
        Assert.That((await Kv.Send(HttpMethod.Get, "/webhooks/")).Json.GetArrayLength(), Is.EqualTo(3));
    }

    [TestCase("*", new[] { "user:*", "user/é 1*", "user/x/y", "User:1", "100%" })]
    [TestCase("user*", new[] { "user:*", "user/é 1*", "user/x/y" })]
    [TestCase("user:*", new[] { "user:*" })]
    [TestCase("user:**", new[] { "user:*" })]
    [TestCase("user%3A%2A", new[] { "user:*" })]
    [TestCase("user/*", new[] { "user/é 1*", "user/x/y" })]
    [TestCase("user%2F*", new[] { "user/é 1*", "user/x/y" })]
    [TestCase("user/%C3%A9%201*", new[] { "user/é 1*" })]
    [TestCase("user/x/*", new[] { "user/x/y" })]
    [TestCase("100%25*", new[] { "100%" })]
    [TestCase("USER*", new string[0])]
    [TestCase("user/x/deliveries*", new string[0])]
    [TestCase("user/x/../x*", new string[0])]
    public async Task A_list_holds_the_webhooks_whose_key_starts_with_the_pattern(string pattern, string[] keys)
    {
        foreach (var key in new[] { "user:*", "user/é 1*", "user/x/y", "User:1", "100%" })
            await Register(Plain.Replace("user:*", key));

        var answer = await Get(pattern);

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(
            answer.Json.EnumerateArray().Select(webhook => webhook.GetProperty("key").GetString()), Is.EqualTo(keys));
    }

    [TestCase("%*")]
    [TestCase("%zz*")]
    [TestCase("%ff*")]
    public async Task A_pattern_that_is_not_percent_encoded_text_is_refused(string pattern) =>
        Expect.Problem(await Get(pattern), 400, null, "key");

    [TestCase("/Webhooks/*")]
    [TestCase("/kv/../webhooks/*")]
    public async Task Another_spelling_of_the_path_lists_nothing(string path) =>
        Assert.That((await Kv.Send(HttpMethod.Get, path)).Status, Is.EqualTo(404));

    [Test]
    public async Task A_pattern_that_is_longer_than_a_key_is_refused() => Expect.Problem(
        await Get($"{new string('k', 101)}*"), 400, "Key too long (max 100 characters)");
}
