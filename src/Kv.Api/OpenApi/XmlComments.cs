using System.Reflection;
using System.Xml.Linq;
using System.Xml.XPath;

namespace Kv.Api.OpenApi;

/// <summary>
/// The documentation of the contracts, which the compiler writes next to the assembly. Members that share the
/// documentation of another member refer to it by <c>inheritdoc</c>, which Swashbuckle does not resolve.
/// </summary>
internal static class XmlComments
{
    public static XPathDocument Read()
    {
        var comments = XDocument.Load(
            Path.Combine(AppContext.BaseDirectory, $"{Assembly.GetExecutingAssembly().GetName().Name}.xml"));
        var members = comments.Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);
        foreach (var reference in comments.Descendants("inheritdoc").ToArray())
            if (members.GetValueOrDefault(reference.Attribute("cref")?.Value ?? "") is { } shared)
                reference.ReplaceWith(shared.Nodes());
        return new XPathDocument(comments.CreateReader());
    }
}
