namespace OrleansSale.Api.Pages;

/// <summary>The headers of the pages and of what they load.</summary>
public static class PageHeaders
{
    // No inline code, no foreign code, no framing. Pictures may come from the merchant's https addresses.
    private const string Policy = "default-src 'self'; img-src 'self' data: https:; style-src 'self'; "
        + "script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
        + "object-src 'none'";

    /// <summary>Sets the headers that keep foreign code out.</summary>
    public static void KeepForeignCodeOut(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
    }
}
