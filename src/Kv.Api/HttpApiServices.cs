using Kv.Api.Audit;
using Kv.Api.Configuration;
using Kv.Api.Errors;
using Kv.Api.Idempotency;
using Kv.Api.Json;
using Kv.Api.KeyValues;
using Kv.Api.Tenants;
using Kv.Api.Watching;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;

namespace Kv.Api;

/// <summary>Registers the HTTP API.</summary>
internal static class HttpApiServices
{
    /// <summary>Adds the controllers and what they share.</summary>
    public static IServiceCollection AddHttpApi(this IServiceCollection services, KvOptions options)
    {
        services.AddSingleton(options.Tenants).AddSingleton<TenantHeaders>();
        services.AddSingleton(options.Audit).AddSingleton<AuditInStoreFilter>();
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddSingleton<StoreFailureLog>().AddSingleton<ListingStreams>().AddSingleton<JsonBodies>();
        services.AddSingleton(provider => new EventStreams(
            options.Watches, provider.GetRequiredService<StoreFailureLog>(), provider.GetRequiredService<TimeProvider>()));
        // The core and what is used on top of it: authorization, views and data annotations would cost every request.
        services.AddMvcCore(mvc =>
            {
                mvc.Conventions.Add(new IdempotencyKeyFilter());
                mvc.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
                // Nothing is sent as a form, and looking for one would read a body that is a value.
                mvc.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
                mvc.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
                mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            })
            .AddApiExplorer()
            .ConfigureApiBehaviorOptions(behavior =>
            {
                behavior.InvalidModelStateResponseFactory = InvalidBody.ToResult;
                // Both are done with less: BodyFilters, and the pages for statuses without a body.
                behavior.SuppressModelStateInvalidFilter = true;
                behavior.SuppressMapClientErrors = true;
            })
            .AddJsonOptions(json => KvJson.Configure(json.JsonSerializerOptions));
        return services
            .AddSingleton<IConfigureOptions<MvcOptions>, InputFormatters>()
            .AddSingleton<IConfigureOptions<MvcOptions>, BodyFilters>();
    }
}
