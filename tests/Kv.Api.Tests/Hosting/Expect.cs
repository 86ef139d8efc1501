using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kv.Api.Tests.Hosting;

/// <summary>Expectations about answers.</summary>
internal static partial class Expect
{
    /// <summary>The members of an object, in their order.</summary>
    public static string[] Members(JsonElement json) => [.. json.EnumerateObject().Select(member => member.Name)];

    /// <summary>A problem (RFC 9457) with Kv's <c>error</c>, which reveals no internals.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="status">Its status.</param>
    /// <param name="error">The member <c>error</c>; null for any.</param>
    /// <param name="field">The field that <c>errors</c> blames; null for none in particular.</param>
    /// <param name="saying">A text that the message about that field contains.</param>
    public static void Problem(Answer answer, int status, string? error, string? field = null, string? saying = null)
    {
        Assert.That(answer.Status, Is.EqualTo(status), answer.ToString());
        Assert.That(answer.ContentType, Is.EqualTo("application/problem+json"), answer.ToString());
        NothingOfTheInside(answer);
        var problem = answer.Json;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.GetProperty("status").GetInt32(), Is.EqualTo(status));
            Assert.That(problem.GetProperty("title").GetString(), Is.Not.Empty);
            var seen = problem.GetProperty("error").GetString();
            Assert.That(seen, error is null ? Is.Not.Empty : Is.EqualTo(error), answer.ToString());
            Assert.That(
                string.Join(", ", answer.Headers["Cache-Control"]),
                Does.Contain("private").And.Contain("no-cache").And.Not.Contain("no-store"));
            Assert.That(string.Join(", ", answer.Headers["Vary"]), Does.Contain("Authorization, X-API-Key"));
        }
        if (field is null)
            return;
        Assert.That(problem.TryGetProperty("errors", out var errors), Is.True, answer.ToString());
        Assert.That(Members(errors), Is.EqualTo(new[] { field }), answer.ToString());
        var messages = errors.GetProperty(field).EnumerateArray().Select(message => message.GetString()).ToArray();
        Assert.That(messages, Has.Length.EqualTo(1).And.Some.Not.Empty, answer.ToString());
        if (saying is not null)
            Assert.That(messages[0], Does.Contain(saying));
    }

    public static void NothingOfTheInside(Answer answer) =>
        Assert.That(Inside().Match(answer.Body).Value, Is.Empty, answer.ToString());

    // Names of types, and the lines of a stack trace.
    [GeneratedRegex(
        @"System\.|Microsoft\.|Kv\.(Api|Application|Domain|Infrastructure)|Exception|StackTrace|\n\s+at |Grpc")]
    private static partial Regex Inside();
}
