using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Kv.Api.Http;

/// <summary>
/// Binds the rest of the path, which <see cref="KeyPath"/> decoded. An empty rest is an empty text; MVC's own binder
/// would pass null.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class FromKeyPathAttribute() : ModelBinderAttribute(typeof(Binder))
{
    public override BindingSource BindingSource => BindingSource.Path;

    private sealed class Binder : IModelBinder
    {
        public Task BindModelAsync(ModelBindingContext bindingContext)
        {
            var key = bindingContext.ActionContext.RouteData.Values[bindingContext.FieldName] as string;
            bindingContext.Result = ModelBindingResult.Success(key ?? "");
            return Task.CompletedTask;
        }
    }
}
