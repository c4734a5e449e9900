using System.Text.Json;

namespace OrleansSale.Tests.Api.Line;

/// <summary>The stream of a caller tells of their place in the line.</summary>
[Collection(SaleTests.Name)]
public sealed class PlaceEventTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_buyer_is_told_of_their_place_when_they_join_when_it_is_offered_and_when_it_ends()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        await using var buyer = await WatchAsync(batch.Id, user);
        await _sale.StandByAsync(batch.Id, user);
        var joined = await buyer.NextAsync("place");
        joined.GetRawText().ShouldBe((await _sale.PlaceAsync(batch.Id, user)).Is(200).Text);
        StateOf(joined).ShouldBe("waiting");

        await batch.FreeOneAsync(_sale);
        var order = await buyer.NextAsync("order");
        order.GetProperty("place").GetInt64().ShouldBe(1);
        var offered = await buyer.NextAsync("place");
        (StateOf(offered), offered.GetProperty("order").GetString())
            .ShouldBe(("offered", order.GetProperty("id").GetString()));
        await _sale.CancelAsync(order.GetProperty("id").GetString()!, user);
        StateOf(await buyer.NextAsync("place")).ShouldBe("passed");
    }

    [Fact]
    public async Task Whoever_connects_is_told_of_their_present_place_and_nobody_of_another_s()
    {
        var (batch, user) = (await SoldOutBatch.OpenAsync(_sale), _sale.NewUser());
        await _sale.StandByAsync(batch.Id, user);
        await using var stranger = await WatchAsync(batch.Id, _sale.NewUser());
        await using var other = await WatchAsync(batch.Id, _sale.NewUser("twitter"));
        await using var buyer = await WatchAsync(batch.Id, user);
        (await buyer.NextAsync("place")).GetProperty("place").GetInt64().ShouldBe(1);
        await _sale.LeaveAsync(batch.Id, user);
        StateOf(await buyer.NextAsync("place")).ShouldBe("left");
        foreach (var viewer in (Viewer[])[stranger, other])
        {
            await viewer.UntilAsync(shows =>
            {
                shows.EventType.ShouldNotBe("place");
                return shows.EventType == "board"
                    && JsonElement.Parse(shows.Data).GetProperty("standby").GetInt32() == 0;
            });
        }
    }

    [Fact]
    public async Task Those_who_wait_learn_that_others_left_and_that_the_sale_ended()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale);
        var (first, second) = (_sale.NewUser(), _sale.NewUser());
        foreach (var user in (string[])[first, second]) await _sale.StandByAsync(batch.Id, user);
        await using var buyer = await WatchAsync(batch.Id, second);
        (await buyer.NextAsync("place")).GetProperty("ahead").GetInt32().ShouldBe(1);
        await _sale.LeaveAsync(batch.Id, first);
        (await buyer.NextAsync("place")).GetProperty("ahead").GetInt32().ShouldBe(0);
        await _sale.OperateAsync(batch.Id, "close");
        StateOf(await buyer.NextAsync("place")).ShouldBe("ended");
    }

    private static string? StateOf(JsonElement place) => place.GetProperty("state").GetString();

    private Task<Viewer> WatchAsync(string batch, string user) =>
        Viewer.OpenAsync(_sale.Client, $"/api/me/live?batch={batch}", _sale.Sign.Bearer(user));
}
