using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Kv.Api.Http;

/// <summary>
/// Binds the key that <see cref="KeyPath"/> read from the path, unchanged: MVC's own binder turns a key of spaces into
/// null.
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
