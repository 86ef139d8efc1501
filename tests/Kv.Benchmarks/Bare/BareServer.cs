using System.Globalization;
using System.Reflection;
using System.Text;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Benchmarks.Bare;

/// <summary>
/// A server that answers every request with the same bytes, as large as Kv's own answer. It shows the cost of the
/// web server alone, of MVC, and of the shared calls to etcd. Kv cannot be faster than this.
/// </summary>
internal static class BareServer
{
    public const string Verb = "bare";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes(
        $$"""{"key":"bench-00001","value":"{{new string('v', 256)}}","ttl":null,"expire_at":null}""");

    /// <summary>Listens on PORT of this machine until the process is asked to stop.</summary>
    /// <param name="withMvc">Whether a controller answers, or the server's own delegate.</param>
    /// <param name="etcd">An etcd that is asked before each answer; null for none.</param>
    public static Task Run(bool withMvc, Uri? etcd = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var port = int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "8080", CultureInfo.InvariantCulture);
        builder.WebHost.ConfigureKestrel(server => server.ListenLocalhost(port));
        if (withMvc)
            builder.Services.AddSingleton(new BareStore(etcd is null ? null : Open(etcd)))
                .AddMvcCore().ConfigureApplicationPartManager(OnlyItsController);
        var app = builder.Build();
        if (withMvc)
            app.MapControllers();
        else
            app.Run(static context => Answer(context.Response));
        return app.RunAsync();
    }

    /// <summary>Writes the answer, with the headers that Kv's has.</summary>
    internal static Task Answer(HttpResponse response)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = Body.Length;
        response.Headers.ETag = "\"12345\"";
        response.Headers["KV-Revision"] = "12345";
        return response.BodyWriter.WriteAsync(Body).AsTask();
    }

    private static EtcdStore Open(Uri etcd) =>
        new(
            new EtcdOptions { Endpoints = [etcd], NearCacheBytes = 0 }, KeyRange.Prefix(StoreKey.FromText("/")),
            _ => "", TimeProvider.System, Meters.Factory, NullLoggerFactory.Instance);

    private static void OnlyItsController(ApplicationPartManager parts)
    {
        parts.ApplicationParts.Clear();
        parts.ApplicationParts.Add(new AssemblyPart(typeof(BareServer).Assembly));
        parts.FeatureProviders.Add(new OnlyBareController());
    }

    private sealed class OnlyBareController : ControllerFeatureProvider
    {
        protected override bool IsController(TypeInfo typeInfo) => typeInfo == typeof(BareController).GetTypeInfo();
    }
}
