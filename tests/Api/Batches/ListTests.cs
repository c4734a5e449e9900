using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Batches;

/// <summary>The list of all boards: its order, its pages and how it is sent.</summary>
public sealed class ListTests : IAsyncLifetime
{
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task What_is_on_sale_comes_first_then_what_opens_next_and_what_is_over_last()
    {
        var over = await _sale.CreateAsync(Stage.Over);
        var later = await _sale.CreateAsync(Stage.Announced);
        var onSale = await _sale.CreateAsync();
        var closed = await _sale.CreateAsync();
        var next = await _sale.CreateAsync(Stage.Waiting);
        var newer = await _sale.CreateAsync();
        (await _sale.OperateAsync(closed, "close")).Is(200);
        await IsAsync(newer, onSale, next, later, closed, over);

        _sale.Clock.Advance(Offer.StageLasts);
        await IsAsync(next, later, newer, onSale, closed, over);
    }

    [Fact]
    public async Task Nothing_is_listed_twice_or_left_out_while_batches_are_created_open_and_end()
    {
        var made = new List<string>();
        foreach (var stage in (Stage[])[Stage.OnSale, Stage.Waiting, Stage.Reserving, Stage.Announced, Stage.Over])
            made.AddRange([await _sale.CreateAsync(stage), await _sale.CreateAsync(stage)]);
        await HasAsync(made);

        var (listed, after) = (new List<string>(), (string?)null);
        do
        {
            var page = (await _sale.Client.GetAsync($"/api/batches?limit=3{(after is null ? "" : $"&after={after}")}"))
                .Is(200);
            page.Header("Cache-Control").ShouldBe("public, max-age=1");
            listed.AddRange(IdsOf(page));
            after = page["next"];
            // Those on sale end, those that wait open, and new ones of both kinds come.
            await _sale.CreateAsync();
            await _sale.CreateAsync(Stage.Waiting);
            _sale.Clock.Advance(Offer.StageLasts);
        }
        while (after is not null);

        listed.ShouldBeUnique();
        made.Except(listed).ShouldBeEmpty();
        listed.Take(3).ShouldBe([made[1], made[0], made[2]]);
    }

    [Fact]
    public async Task The_id_of_a_batch_begins_after_it_in_the_present_order()
    {
        var (first, second) = (await _sale.CreateAsync(Stage.Waiting), await _sale.CreateAsync(Stage.Reserving));
        await HasAsync([first, second]);
        IdsOf((await _sale.Client.GetAsync($"/api/batches?after={first}")).Is(200)).ShouldBe([second]);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("{0}.")]
    [InlineData("{0}.x")]
    [InlineData("{0}.-1")]
    [InlineData("{0}.1.2")]
    [InlineData("{0}.+1")]
    [InlineData("{0}.253402300800000")]
    [InlineData("{0}.99999999999999999999")]
    [InlineData("other.1")]
    public async Task A_place_that_no_page_named_is_refused(string after)
    {
        var batch = await _sale.CreateAsync(Stage.Waiting);
        await HasAsync([batch]);
        (await _sale.Client.GetAsync($"/api/batches?after={Uri.EscapeDataString(string.Format(null, after, batch))}"))
            .IsRefusal(400, "invalid-request", "after");
    }

    [Fact]
    public async Task A_list_that_only_grew_older_is_not_sent_again()
    {
        await HasAsync([await _sale.CreateAsync(Stage.Waiting), await _sale.CreateAsync(Stage.Waiting)]);
        foreach (var path in (string[])["/api/batches", "/api/batches?limit=1"])
        {
            var list = (await _sale.Client.GetAsync(path)).Is(200);
            _sale.Clock.Advance(TimeSpan.FromSeconds(5));
            foreach (var method in (string[])["GET", "HEAD"])
            {
                var again = await _sale.Client.SendAsync(
                    method, path, headers: [("If-None-Match", list.Header("ETag")!), ("Accept-Encoding", "br")]);
                again.Is(304).Text.ShouldBeEmpty();
                again.Header("Cache-Control").ShouldBe("public, max-age=1");
                again.Header("Vary").ShouldBe("Accept-Encoding");
            }
        }
        var before = (await _sale.Client.GetAsync("/api/batches?limit=1")).Header("ETag")!;
        _sale.Clock.Advance(Offer.StageLasts);
        var opened = await _sale.Client.SendAsync("GET", "/api/batches?limit=1", headers: ("If-None-Match", before));
        opened.Is(200).Items.Single().GetProperty("phase").GetString().ShouldBe("on-sale");
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("identity", null)]
    [InlineData(null, null)]
    public async Task The_list_is_compressed_as_the_client_can_read_it_and_a_board_is_not(
        string? accepted, string? coding)
    {
        var batch = await _sale.CreateAsync(Stage.Waiting);
        await HasAsync([batch]);
        (string, string)[] headers = accepted is null ? [] : [("Accept-Encoding", accepted)];
        foreach (var method in (string[])["GET", "HEAD"])
        {
            var list = (await _sale.Client.SendAsync(method, "/api/batches", headers: headers)).Is(200);
            list.Header("Content-Encoding").ShouldBe(coding, method);
            list.Header("Vary").ShouldBe("Accept-Encoding", method);
            list.Header("ETag")!.ShouldMatch("^W/\"[0-9a-f]{16}\"$");
        }
        (await _sale.Client.SendAsync("GET", $"/api/batches/{batch}", headers: headers)).Is(200)
            .Header("Content-Encoding").ShouldBeNull();
    }

    private static string[] IdsOf(Answer list) =>
        [.. list.Items.Select(board => board.GetProperty("id").GetString()!)];

    private Task IsAsync(params string[] order) => Eventually.HoldsAsync(
        async () => IdsOf(await _sale.Client.GetAsync("/api/batches")).SequenceEqual(order), string.Join(' ', order));

    private Task HasAsync(IReadOnlyList<string> made) => Eventually.HoldsAsync(
        async () => !made.Except(IdsOf(await _sale.Client.GetAsync("/api/batches?limit=1000"))).Any(),
        "the list, which may be a moment old, has them");
}
