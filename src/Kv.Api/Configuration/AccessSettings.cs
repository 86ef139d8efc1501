using Kv.Api.Access;

namespace Kv.Api.Configuration;

/// <summary>The settings of authentication.</summary>
internal static class AccessSettings
{
    public static AccessOptions Read(Settings settings)
    {
        // An unknown mode must prevent the start: the operator intended to require credentials.
        var mode = settings.OneOf(
            "AUTH", AccessMode.None, ("none", AccessMode.None), ("apikey", AccessMode.ApiKey), ("jwt", AccessMode.Jwt));
        if (mode != AccessMode.Jwt)
            settings.WarnWithoutEffect(
                "AUTH=jwt", "JWT_AUTHORITY", "JWT_ISSUER", "JWT_AUDIENCE", "JWT_SCOPE_CLAIM", "JWT_KEY_FILE",
                "JWT_TYPE");
        return new AccessOptions { Mode = mode, Jwt = mode == AccessMode.Jwt ? ReadJwt(settings) : null };
    }

    private static JwtOptions ReadJwt(Settings settings)
    {
        var options = new JwtOptions
        {
            Audience = settings.Text("JWT_AUDIENCE") ?? "",
            Issuer = settings.Text("JWT_ISSUER"),
            ScopeClaim = settings.Text("JWT_SCOPE_CLAIM") ?? JwtOptions.StandardScopeClaim,
            RequiresType = settings.OneOf("JWT_TYPE", false, ("any", false), ("at+jwt", true)),
        };
        var (authority, keyFile) = (settings.Text("JWT_AUTHORITY"), settings.ExistingFile("JWT_KEY_FILE"));
        if (options.Audience.Length == 0)
            settings.Refuse(
                "JWT_AUDIENCE", "", "given with AUTH=jwt: a token for another service must not open this one");
        if (authority is null == settings.Text("JWT_KEY_FILE") is null)
            settings.Refuse(
                "JWT_AUTHORITY", authority ?? "",
                "given with AUTH=jwt, unless JWT_KEY_FILE is, and not together with it");
        if (authority is null && options.Issuer is null)
            settings.Refuse("JWT_ISSUER", "", "given with JWT_KEY_FILE: keys alone do not identify the issuer");
        return authority is not null
            ? options with { Authority = ReadAuthority(settings, authority) }
            : WithKeyFile(settings, options, keyFile);
    }

    private static Uri? ReadAuthority(Settings settings, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Query.Length == 0
            && uri.Fragment.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)))
            return uri;
        settings.Refuse("JWT_AUTHORITY", text, "an https:// URL (http:// on this machine only) without a query");
        return null;
    }

    private static JwtOptions WithKeyFile(Settings settings, JwtOptions options, string? file)
    {
        if (file is null)
            return options;
        if (Read(file) is { } text && JwtKeys.TryRead(text) is not null)
            return options with { KeyFile = new JwtKeyFile(file, settings.ReloadInterval()) };
        settings.Refuse(
            "JWT_KEY_FILE", file,
            "a file of public keys, in PEM or as a JSON Web Key Set: "
            + "RSA of 2048 bits or more, or P-256, P-384 or P-521");
        return options;
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
