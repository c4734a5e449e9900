using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Api.Line;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>The operators' lists that one actor holds whole: they come page by page as all others do.</summary>
public sealed class PagedListTests : IAsyncLifetime
{
    private SaleFront _sale = null!;

    private string Deputy => "Bearer " + _sale.Sign.Token(new JsonObject
    {
        ["sub"] = "deputy",
        ["channel"] = "staff",
        ["roles"] = new JsonArray("operator"),
    });

    // Commands wait for a second operator, and messages for a platform that is not there.
    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Settings =
        {
            ["Operators:ApprovalSeconds"] = "300",
            ["Channels:weibo:Posts:Kind"] = "Sandbox",
            ["Channels:weibo:Posts:Address"] = "http://127.0.0.1:1/sandbox/platform/posts",
        },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Messages_that_wait_come_page_by_page()
    {
        var batch = await _sale.CreateAsync();
        foreach (var user in (string[])[_sale.NewUser(), _sale.NewUser()])
        {
            var order = await _sale.OrderAsync(batch, user);
            await _sale.DecideAsync((await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!, "paid");
            await _sale.UntilOrderIsAsync(order, user, "paid");
            (await _sale.CancelAsync(order, user)).Is(200);
            await _sale.UntilOrderIsAsync(order, user, "refunded");
        }

        var path = $"/api/operator/batches/{batch}/messages";
        await Eventually.HoldsAsync(async () => (await ListAsync(path)).Items.Length == 4, "two wait for each buyer");
        await ReadAsync(path, "seq");
        await RefuseAsync(path, "x", "-1", "", "99999999999999999999");
    }

    [Fact]
    public async Task Commands_that_wait_for_a_second_operator_come_page_by_page_though_one_is_approved_meanwhile()
    {
        var batch = await _sale.CreateAsync();
        var path = $"/api/operator/batches/{batch}/proposals";
        for (var i = 0; i < 4; i++)
        {
            (await _sale.Client.PostAsync(
                $"/api/operator/batches/{batch}/grant", _sale.Operator,
                new JsonObject { ["user"] = _sale.NewUser(), ["reason"] = "mistake" }, $"g-{i}")).Is(202);
        }

        var keys = await ReadAsync(path, "key");
        var first = await ListAsync($"{path}?limit=2");
        (await _sale.Client.PostAsync(
            $"/api/operator/batches/{batch}/approve", Deputy, new JsonObject { ["key"] = keys[1] })).Is(200);
        var rest = await ListAsync($"{path}?limit=2&after={first["next"]}");
        rest.Items.Select(item => Text(item, "key")).ShouldBe(keys[2..]);
        rest["next"].ShouldBeNull();
        await RefuseAsync(path, "x", "-1", "", keys[0]);
    }

    [Fact]
    public async Task A_backlog_comes_page_by_page()
    {
        const string Path = "/api/operator/products/mi2/backlog";
        for (var ended = 1; ended <= 4; ended++)
        {
            var batch = await SoldOutBatch.OpenAsync(_sale);
            (await _sale.StandByAsync(batch.Id, _sale.NewUser())).Is(202);
            (await _sale.OperateAsync(batch.Id, "close")).Is(200);
            await Eventually.HoldsAsync(
                async () => await _sale.Client.GetAsync(Path, _sale.Operator) is { Status: 200 } list
                    && list.Items.Length == ended,
                "it is handed over");
        }

        await ReadAsync(Path, "batch");
        await RefuseAsync(Path, "nowhere", "", "1");
    }

    // All four items, in pages of every length.
    private async Task<string[]> ReadAsync(string path, string name)
    {
        var whole = await ListAsync(path);
        whole.Names.ShouldBe(["items"]);
        string[] all = [.. whole.Items.Select(item => Text(item, name))];
        all.Length.ShouldBe(4);
        for (var limit = 1; limit <= all.Length; limit++)
        {
            var (read, query) = (new List<string>(), $"?limit={limit}");
            for (var left = all.Length; left > 0; left -= limit)
            {
                var page = await ListAsync(path + query);
                page.Items.Length.ShouldBe(Math.Min(limit, left));
                read.AddRange(page.Items.Select(item => Text(item, name)));
                (page["next"] is null).ShouldBe(left <= limit, "only the last page names no other");
                query = $"?limit={limit}&after={page["next"]}";
            }
            read.ShouldBe(all);
        }
        return all;
    }

    private async Task RefuseAsync(string path, params string[] after)
    {
        foreach (var limit in (string[])["0", "1001", "-1", "x", ""])
        {
            (await _sale.Client.GetAsync($"{path}?limit={limit}", _sale.Operator))
                .IsRefusal(400, "invalid-request", "limit");
        }
        foreach (var wrong in after)
        {
            (await _sale.Client.GetAsync($"{path}?after={wrong}", _sale.Operator))
                .IsRefusal(400, "invalid-request", "after");
        }
    }

    private async Task<Answer> ListAsync(string path) => (await _sale.Client.GetAsync(path, _sale.Operator)).Is(200);

    private static string Text(JsonElement item, string name) => item.GetProperty(name).ToString();
}
