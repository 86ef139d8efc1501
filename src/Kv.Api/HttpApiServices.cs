using Kv.Api.Audit;
using Kv.Api.Configuration;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.Json;
using Kv.Api.KeyValues;
using Kv.Api.Middleware;
using Kv.Api.Overview;
using Kv.Api.Tenants;
using Kv.Api.Watching;
using Kv.Domain.Watching;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Kv.Api;

/// <summary>Registers the HTTP API.</summary>
internal static class HttpApiServices
{
    /// <summary>Adds the controllers and their shared services.</summary>
    public static IServiceCollection AddHttpApi(this IServiceCollection services, KvOptions options)
    {
        services.AddSingleton(options.Tenants).AddSingleton<TenantHeaders>();
        services.AddSingleton(provider => new CopyTurns(
            // About as long as the store may take to answer one call.
            provider.GetRequiredService<TenantHeaders>(), 3 * options.StoreTimeout));
        services.AddSingleton<WatchTicketLimit>();
        services.AddSingleton<AuditInStoreFilter>();
        services.AddSingleton(provider => new StoredNames(
            options.HasEncodedKeys,
            provider.GetRequiredService<IMediator>(), provider.GetRequiredService<TenantHeaders>()));
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddSingleton<RequestFailures>();
        services.AddSingleton(options.Watches);
        services.AddSingleton<Measurements>()
            .AddSingleton(provider => new OverviewHistory(
                provider.GetRequiredService<Measurements>(), provider.GetRequiredService<IWatcherStatus>(),
                provider.GetRequiredService<TimeProvider>()))
            .AddHostedService(provider => provider.GetRequiredService<OverviewHistory>());
        // Only the parts of MVC that are used: authorization, views and data annotations would cost every request.
        services.AddMvcCore(mvc =>
            {
                mvc.Conventions.Add(new CallParameters.Convention());
                // The only filter checks the content type of bodies, which the calls themselves read.
                mvc.Filters.Clear();
                mvc.ModelMetadataDetailsProviders.Add(new KeepsEmptyText());
                mvc.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
                // The API has no forms, and the form providers would read a body that is a value.
                mvc.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
                mvc.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
                mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            })
            .AddApiExplorer()
            .ConfigureApiBehaviorOptions(behavior =>
            {
                // Cheaper replacements: CallParameters, and the status code pages.
                behavior.SuppressModelStateInvalidFilter = true;
                behavior.SuppressMapClientErrors = true;
            })
            .AddJsonOptions(json => KvJson.Configure(json.JsonSerializerOptions));
        return services;
    }
}
