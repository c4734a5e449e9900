namespace OrleansSale.Tests.Api.Pages;

/// <summary>The files that the pages load are made of sources, and kept beside them.</summary>
public sealed class BundleTests
{
    [Fact]
    public async Task What_the_pages_load_is_what_their_sources_give() =>
        await NodePackages.SucceedAsync("node", "pages.js", "--check");
}
