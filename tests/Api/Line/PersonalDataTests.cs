using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Line;

/// <summary>Personal data of those who wait in a line can be removed, and then the line names nobody.</summary>
[Collection(SaleTests.Name)]
public sealed class PersonalDataTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Whoever_is_erased_while_they_wait_loses_the_place_and_is_offered_nothing()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale);
        var (erased, next) = (_sale.NewUser(), _sale.NewUser());
        foreach (var user in (string[])[erased, next])
        {
            await _sale.RegisterAsync(batch.Id, user);
            (await _sale.StandByAsync(batch.Id, user, "a-key-of-theirs")).Is(202);
        }
        (await EraseAsync(erased)).Is(200).Text.ShouldContain(batch.Id);
        (await _sale.PlaceAsync(batch.Id, erased)).Is(200)["state"].ShouldBe("left");
        (await ListAsync(batch.Id)).Items.Select(item => item.GetProperty("user").GetString()).ShouldBe([null, next]);
        (await _sale.StandByAsync(batch.Id, erased)).IsRefusal(401, "unauthenticated");
        await batch.FreeOneAsync(_sale);
        (await _sale.PlaceAsync(batch.Id, next))["state"].ShouldBe("offered");

        // Units are held for the next one, so their data are needed.
        (await EraseAsync(next)).IsRefusal(409, "conflict")["detail"]!
            .ShouldContain((await _sale.PlaceAsync(batch.Id, next))["order"]!);
        var export = await _sale.ExportAsync(batch.Id);
        foreach (var secret in (string[])[erased, next, "a-key-of-theirs"]) export.ShouldNotContain(secret);
    }

    [Fact]
    public async Task An_anonymised_batch_knows_no_places_of_anybody()
    {
        var batch = await _sale.CreateAsync(stock: 1, change: terms => terms["keepPersonalDataDays"] = 0);
        var (holder, user) = (_sale.NewUser(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, holder);
        await _sale.RegisterAsync(batch, user);
        (await _sale.StandByAsync(batch, user, "k")).Is(202);
        (await _sale.OperateAsync(batch, "close")).Is(200);
        (await _sale.CancelAsync(order, holder)).Is(200);
        var anonymise = $"/api/operator/batches/{batch}/anonymise";
        // Their place waits in the backlog of the product, until an operator drops it.
        (await _sale.Client.PostAsync(anonymise, _sale.Operator, new JsonObject { ["reason"] = "x" }))
            .IsRefusal(409, "conflict");
        var range = $"/api/operator/products/mi2/backlog/{batch}?reason=test";
        await Eventually.HoldsAsync(
            async () => (await _sale.Client.SendAsync("DELETE", range, _sale.Operator)).Status == 204, "it is dropped");
        (await _sale.Client.PostAsync(anonymise, _sale.Operator, new JsonObject { ["reason"] = "x" })).Is(204);

        (await _sale.PlaceAsync(batch, user)).Is(204);
        (await _sale.LeaveAsync(batch, user)).Is(204);
        (await _sale.StandByAsync(batch, user, "k")).IsRefusal(409, "sale-closed");
        var listed = (await ListAsync(batch)).Is(200).Items.ShouldHaveSingleItem();
        listed.GetProperty("user").ValueKind.ShouldBe(JsonValueKind.Null);
        listed.GetProperty("state").GetString().ShouldBe("ended");
        (await _sale.Client.SendAsync("DELETE", $"/api/operator/batches/{batch}/line/1", _sale.Operator))
            .IsRefusal(404, "not-found");
        await using var viewer = await Viewer.OpenAsync(
            _sale.Client, $"/api/me/live?batch={batch}", _sale.Sign.Bearer(user));
        await viewer.UntilAsync(shows =>
        {
            shows.EventType.ShouldNotBe("place");
            return shows.EventType == "board";
        });
        (await _sale.AuditAsync(batch)).Units.Free.ShouldBe(1);
    }

    private Task<Answer> ListAsync(string batch) =>
        _sale.Client.GetAsync($"/api/operator/batches/{batch}/line", _sale.Operator);

    private Task<Answer> EraseAsync(string user) => _sale.Client.PostAsync(
        "/api/operator/users/erase", _sale.Operator, new JsonObject { ["user"] = user, ["reason"] = "they asked" });
}
