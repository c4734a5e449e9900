using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>An engine whose settings ask for two operators.</summary>
public sealed class ApprovalTests : IAsyncLifetime
{
    private const int Seconds = 300;

    private SaleFront _sale = null!;

    private string Deputy => "Bearer " + _sale.Sign.Token(new JsonObject
    {
        ["sub"] = "deputy",
        ["channel"] = "staff",
        ["roles"] = new JsonArray("operator"),
    });

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Settings = { ["Operators:ApprovalSeconds"] = $"{Seconds}" },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_grant_waits_until_another_operator_approves_it()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var waits = (await GrantAsync(batch, user, "g")).Is(202);
        (waits["command"], waits["user"], waits.Number("units"), waits["reason"])
            .ShouldBe(("grant", user, 1, "mistake"));
        waits["operator"].ShouldBe(_sale.Sign.AliasOf("staff:op", batch));
        (await GrantAsync(batch, user, "g")).Is(202).Text.ShouldBe(waits.Text);
        (await GrantAsync(batch, _sale.NewUser(), "g")).IsRefusal(409, "conflict");
        (await ProposalsAsync(batch)).Items.Single().GetProperty("key").GetString().ShouldBe(waits["key"]);
        (await _sale.BoardAsync(batch)).Is(200).Number("held").ShouldBe(0);

        var before = await _sale.HeadAsync(batch);
        (await ApproveAsync(batch, waits["key"]!, _sale.Operator)).IsRefusal(409, "conflict");
        (await ApproveAsync(batch, "AAAAAAAAAAAAAAAAAAAAAA", Deputy)).IsRefusal(404, "not-found");
        (await ApproveAsync(batch, "nonsense", Deputy)).IsRefusal(400, "invalid-request", "key");
        (await ApproveAsync(await _sale.CreateAsync(), waits["key"]!, Deputy)).IsRefusal(404, "not-found");
        (await _sale.HeadAsync(batch)).ShouldBe(before);

        var approved = (await ApproveAsync(batch, waits["key"]!, Deputy)).Is(200);
        (approved["effect"], approved["order.user"], approved["order.status"])
            .ShouldBe(("done", user, "awaiting-payment"));
        (await ApproveAsync(batch, waits["key"]!, Deputy)).Is(200)["effect"].ShouldBe("already-so");
        (await GrantAsync(batch, user, "g")).Is(200)["id"].ShouldBe(approved["order.id"]);
        (await ProposalsAsync(batch)).Items.ShouldBeEmpty();
        (await _sale.ReadOrderAsync(approved["order.id"]!, user)).Is(200)["status"].ShouldBe("awaiting-payment");
        (await _sale.AuditAsync(batch)).Units.Held.ShouldBe(1);
    }

    [Fact]
    public async Task What_nobody_approves_in_time_is_void()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var waits = (await GrantAsync(batch, user, "g")).Is(202);
        _sale.Clock.Advance(TimeSpan.FromSeconds(Seconds));
        (await ApproveAsync(batch, waits["key"]!, Deputy)).IsRefusal(404, "not-found");
        (await ProposalsAsync(batch)).Items.ShouldBeEmpty();
        (await GrantAsync(batch, user, "g")).Is(202)["key"].ShouldBe(waits["key"]);
    }

    [Fact]
    public async Task A_restock_of_an_open_sale_and_the_removal_of_a_place_wait_and_one_before_the_opening_does_not()
    {
        var batch = await _sale.CreateAsync(stock: 1);
        await _sale.OrderAsync(batch, _sale.NewUser());
        var user = _sale.NewUser();
        await _sale.RegisterAsync(batch, user);
        await Eventually.HoldsAsync(
            async () => (await _sale.StandByAsync(batch, user)).Status == 202, "the user waits in the line");
        var removal = (await _sale.Client.SendAsync(
            "DELETE", $"/api/operator/batches/{batch}/line/1?reason=mistake", _sale.Operator, key: "m")).Is(202);
        (removal["command"], removal.Number("place")).ShouldBe(("remove-place", 1));
        (await _sale.PlaceAsync(batch, user)).Is(200)["state"].ShouldBe("waiting");
        (await ApproveAsync(batch, removal["key"]!, Deputy)).Is(200).Names.ShouldBe(["effect"]);
        (await _sale.PlaceAsync(batch, user)).Is(200)["state"].ShouldBe("removed");

        var restock = (await _sale.OperateAsync(batch, "restock", 2, "r")).Is(202);
        (restock["command"], restock.Number("units"), restock["reason"]).ShouldBe(("restock", 2, "a test says so"));
        (await ApproveAsync(batch, restock["key"]!, Deputy)).Is(200);
        (await _sale.OperateAsync(batch, "restock", 2, "r")).Is(200).Number("stock").ShouldBe(3);
        (await _sale.OperateAsync(batch, "pause")).Is(200);
        (await _sale.OperateAsync(await _sale.CreateAsync(Stage.Reserving), "restock", 2)).Is(200);
        await _sale.AuditAsync(batch);
    }

    private Task<Answer> GrantAsync(string batch, string user, string key) => _sale.Client.PostAsync(
        $"/api/operator/batches/{batch}/grant", _sale.Operator,
        new JsonObject { ["user"] = user, ["reason"] = "mistake" }, key);

    private Task<Answer> ApproveAsync(string batch, string key, string by) => _sale.Client.PostAsync(
        $"/api/operator/batches/{batch}/approve", by, new JsonObject { ["key"] = key });

    private async Task<Answer> ProposalsAsync(string batch) =>
        (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/proposals", Deputy)).Is(200);
}
