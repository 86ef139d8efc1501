using YamlDotNet.RepresentationModel;

namespace Kv.Api.Tests.Documents;

/// <summary>Reads YAML by paths. It applies merge keys (<c>&lt;&lt;</c>).</summary>
internal static class Yaml
{
    /// <summary>The node at a path of names with dots in between; fails the test when there is none.</summary>
    public static YamlNode At(this YamlNode node, string path)
    {
        foreach (var name in path.Split('.'))
            node = Find(node, name) ?? throw new AssertionException($"There is no '{name}' of '{path}'.");
        return node;
    }

    public static string Text(this YamlNode node) => ((YamlScalarNode)node).Value!;

    public static IEnumerable<YamlNode> Items(this YamlNode node) => (YamlSequenceNode)node;

    /// <summary>The members of a mapping; those that are no text as an empty one.</summary>
    public static Dictionary<string, string> Members(this YamlNode node)
    {
        var members = new Dictionary<string, string>();
        foreach (var (name, value) in (YamlMappingNode)node)
            if (name.Text() == "<<")
                foreach (var (merged, text) in value.Members())
                    members.TryAdd(merged, text);
            else
                members[name.Text()] = (value as YamlScalarNode)?.Value ?? "";
        return members;
    }

    private static YamlNode? Find(YamlNode node, string name)
    {
        var members = (YamlMappingNode)node;
        if (members.Children.TryGetValue(new YamlScalarNode(name), out var found))
            return found;
        return members.Children.TryGetValue(new YamlScalarNode("<<"), out var merged) ? Find(merged, name) : null;
    }
}
