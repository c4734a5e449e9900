using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.StaticAssets;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Pages;

/// <summary>
/// The files that the pages load. Their addresses have a hash of their content, so browsers keep them for ever.
/// </summary>
public sealed partial class PageFiles
{
    // Written by the build, beside every program that has the pages: the list of the files, and where they are before
    // they are published.
    private const string List = ".staticwebassets.endpoints.json", Places = ".staticwebassets.runtime.json";

    // With this, files would be served as they are now instead of as they were built, and browsers would keep none.
    private const string AsTheyAreNow = "ReloadStaticAssetsAtRuntime";

    private readonly Lazy<FrozenDictionary<string, string>> _addresses;

    /// <param name="endpoints">All endpoints of this process, once they are mapped.</param>
    /// <param name="site">Where they are on the site.</param>
    public PageFiles(EndpointDataSource endpoints, SitePath site) =>
        _addresses = new(() => AddressesIn(endpoints, site));

    /// <summary>The address of a file, by its path in <c>wwwroot</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such file.</exception>
    public string this[string path] => _addresses.Value[path];

    /// <summary>Finds the files wherever the program runs from.</summary>
    public static void Find(WebApplicationBuilder builder)
    {
        builder.Configuration.AddInMemoryCollection(
            [new(AsTheyAreNow, "false"), new(WebHostDefaults.StaticWebAssetsKey, WrittenByBuild(Places))]);
        builder.WebHost.UseStaticWebAssets();
    }

    /// <summary>Serves them compressed, and for ever; without the hash in their address, until they change.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapStaticAssets(WrittenByBuild(List)).Add(endpoint =>
        {
            var serve = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = http =>
            {
                PageHeaders.KeepForeignCodeOut(http.Response.Headers);
                return serve(http);
            };
        });
        app.MapGet("/pages/{file}", (HttpContext http, PageFiles files, string file) =>
        {
            http.Response.Headers.CacheControl = "no-store";
            return files.FindOther(file) is { } own ? Results.Redirect(own) : Problem.Of(Refusal.NotFound);
        }).ExcludeFromDescription();
    }

    // While fronts are replaced one by one, a page of one version may ask a front of another version for its files. The
    // files of the same names there do as well.
    private string? FindOther(string file) => OfAnyVersion().Match(file) is { Success: true } named
        ? _addresses.Value.GetValueOrDefault($"pages/{named.Groups[1].Value}{named.Groups[2].Value}") : null;

    [GeneratedRegex("""^([A-Za-z-]+)\.[a-z0-9]+(\.(?:js|css))$""")]
    private static partial Regex OfAnyVersion();

    private static string WrittenByBuild(string name) =>
        Path.Combine(AppContext.BaseDirectory, typeof(PageFiles).Assembly.GetName().Name + name);

    private static FrozenDictionary<string, string> AddressesIn(EndpointDataSource endpoints, SitePath site) =>
        endpoints.Endpoints
        .Select(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>())
        .OfType<StaticAssetDescriptor>().Where(file => file.Selectors.Count == 0)
        .Select(file => (Path: file.Properties.FirstOrDefault(one => one.Name == "label")?.Value, file.Route))
        .Where(file => file.Path is not null)
        .ToFrozenDictionary(file => file.Path!, file => site.Of("/" + file.Route), StringComparer.Ordinal);
}
