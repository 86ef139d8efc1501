using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace Kv.Api.Http;

/// <summary>Keeps text parameters unchanged. MVC would turn an id or a cursor of white space into null.</summary>
internal sealed class KeepsEmptyText : IDisplayMetadataProvider
{
    public void CreateDisplayMetadata(DisplayMetadataProviderContext context) =>
        context.DisplayMetadata.ConvertEmptyStringToNull = false;
}
