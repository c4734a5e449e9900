using OrleansSale.Tests.Browser.Stage;

namespace OrleansSale.Tests.Browser;

/// <summary>
/// What a first visit costs. Requests and bytes are bounded. Times depend on the machine, so they are only printed.
/// </summary>
public sealed class FirstLoadTests(SaleStage stage, ITestOutputHelper output)
{
    private const int MaxRequests = 12, MaxBytes = 60 * 1024;

    // A page of a sale asks for the board a few times, to set its clock.
    private const int BoardsAtStart = 4, ListsAtStart = 2;

    [Theory]
    [InlineData("en", 390)]
    [InlineData("zh-CN", 1280)]
    public async Task The_page_of_a_sale_needs_few_requests_and_bytes(string language, int width)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync(language, width);
        var load = await FirstLoad.WatchAsync(visitor, $"/sale/{batch}", $"/api/batches/{batch}", BoardsAtStart);
        Judge(load, $"/sale/{{batch}} {language} {width}");
        load.Requests.ShouldContain(path => path.StartsWith($"/pages/{language}.", StringComparison.Ordinal));
        visitor.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", 1280)]
    [InlineData("zh-CN", 390)]
    public async Task The_list_of_sales_needs_few_requests_and_bytes(string language, int width)
    {
        await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync(language, width);
        var load = await FirstLoad.WatchAsync(visitor, "/", "/api/batches", ListsAtStart);
        // What there is to list depends on the other tests.
        Judge(load, $"/ {language} {width}", but: "/api/batches");
        visitor.Errors.ShouldBeEmpty();
    }

    private void Judge(FirstLoad load, string page, string? but = null)
    {
        var bytes = load.Bytes(but);
        output.WriteLine($"{page}: {load.Requests.Count} requests, {bytes} bytes without pictures; "
            + $"with a processor {FirstLoad.Slowdown} times slower: {load.Measures} (ms)");
        load.Requests.Count.ShouldBeLessThanOrEqualTo(MaxRequests, string.Join('\n', load.Requests));
        bytes.ShouldBeLessThanOrEqualTo(MaxBytes, string.Join('\n', load.Requests));
        load.Requests.Count(path => path.StartsWith("/pages/", StringComparison.Ordinal))
            .ShouldBe(3, "one style sheet, one script, the texts of one language");
    }
}
