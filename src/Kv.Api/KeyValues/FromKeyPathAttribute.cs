using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Kv.Api.KeyValues;

/// <summary>
/// Binds the key that <see cref="KeyPath"/> took from the path, as it is: MVC's own binder makes nothing of a key of spaces.
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
