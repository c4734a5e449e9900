using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansSale.Tests.Api.Orders;

/// <summary>Order ids are no secret and easily guessed: guessing must not fill the memory.</summary>
[Collection(SaleTests.Name)]
public sealed class GuessTests(SaleTests.Fixture fixture)
{
    private static readonly JsonObject Delivery =
        new() { ["name"] = "Mallory", ["phone"] = "+86 138 0013 8000", ["address"] = "Haidian, Beijing" };

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Guesses_of_order_ids_wake_no_order()
    {
        var batch = await _sale.CreateAsync(stock: 20);
        for (var i = 0; i < 5; i++) await _sale.OrderAsync(batch, _sale.NewUser());
        var mallory = _sale.Sign.Bearer("weibo:mallory");
        for (var seq = 1; seq <= 9; seq++)
        {
            var order = $"/api/orders/{batch}.{seq}";
            (await _sale.Client.GetAsync(order, mallory)).IsRefusal(404, "not-found");
            (await _sale.Client.SendAsync("DELETE", order, mallory)).IsRefusal(404, "not-found");
            (await _sale.Client.PostAsync(order + "/checkout", mallory)).IsRefusal(404, "not-found");
            (await _sale.Client.GetAsync(order + "/delivery", mallory)).IsRefusal(404, "not-found");
            (await _sale.Client.SendAsync("PUT", order + "/delivery", mallory, Delivery)).IsRefusal(404, "not-found");
        }
        // Operators may see every order. But an id that names no order wakes no actor for them either, nor does the
        // checkout of another user.
        foreach (var seq in (int[])[1, 2, 8, 9])
        {
            (await _sale.Client.GetAsync($"/api/orders/{batch}.{seq}/delivery", _sale.Operator))
                .IsRefusal(404, "not-found");
            (await _sale.CheckOutAsync($"{batch}.{seq}", "staff:op")).IsRefusal(404, "not-found");
        }
        (await AwakeAsync($"order/{batch}.")).ShouldBeEmpty();

        var mine = _sale.NewUser();
        var bought = await _sale.OrderAsync(batch, mine);
        (await _sale.Client.SendAsync("PUT", $"/api/orders/{bought}/delivery", _sale.Sign.Bearer(mine), Delivery))
            .Is(200);
        (await AwakeAsync($"order/{batch}.")).ShouldHaveSingleItem()
            .ShouldEndWith(bought, Case.Sensitive, "it is seen when one wakes");
    }

    [Fact]
    public async Task Users_whom_a_batch_is_not_for_wake_no_reservation()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving);
        for (var i = 0; i < 5; i++)
        {
            var stranger = _sale.Sign.Bearer(_sale.NewUser("elsewhere"));
            var reservation = $"/api/batches/{batch}/reservation";
            (await _sale.Client.SendAsync("PUT", reservation, stranger)).IsRefusal(403, "not-eligible");
            (await _sale.Client.GetAsync(reservation, stranger)).IsRefusal(404, "not-found");
            (await _sale.Client.SendAsync("DELETE", reservation, stranger)).Is(204);
            (await _sale.Client.SendAsync("PUT", reservation + "/delivery", stranger, Delivery))
                .IsRefusal(404, "not-found");
            (await _sale.Client.GetAsync(reservation + "/delivery", stranger)).IsRefusal(404, "not-found");
            (await _sale.Client.SendAsync("DELETE", reservation + "/delivery", stranger)).Is(204);
        }
        (await AwakeAsync($"reservation/{batch}/")).ShouldBeEmpty();
        // A user of the channel wakes the details only with a reservation.
        var reserver = _sale.Sign.Bearer(_sale.NewUser());
        var details = $"/api/batches/{batch}/reservation/delivery";
        (await _sale.Client.SendAsync("PUT", details, reserver, Delivery)).IsRefusal(404, "not-found");
        (await _sale.Client.GetAsync(details, reserver)).IsRefusal(404, "not-found");
        (await AwakeAsync($"reserveddelivery/{batch}/")).ShouldBeEmpty();
        (await _sale.Client.SendAsync("PUT", $"/api/batches/{batch}/reservation", reserver)).Is(201);
        (await _sale.Client.SendAsync("PUT", details, reserver, Delivery)).Is(200);
        (await AwakeAsync($"reserveddelivery/{batch}/")).ShouldHaveSingleItem("it is seen when one wakes");
        (await AwakeAsync($"reservation/{batch}/")).ShouldHaveSingleItem("it is seen when one wakes");
    }

    private async Task<string[]> AwakeAsync(string prefix)
    {
        var actors = _sale.Front.Services.GetRequiredService<IGrainFactory>();
        var awake = await actors.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        return [.. awake.Select(actor => actor.GrainId.ToString())
            .Where(id => id.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
