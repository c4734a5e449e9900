using System.Text.Json.Nodes;
using OrleansSale.Api.Operators;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>What a batch must be to be created now; what is there stays as it is.</summary>
[Collection(SaleTests.Name)]
public sealed class NewBatchTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Theory]
    [InlineData("1", "20121221", "0", "00", "1e5", "12e-3", "1d5", "0x10", "0xff", "0b1", "0o7", "1-1",
        "1-", "2012-12-21",
        "12-21", "1-2-3", "-5", "-a", "-", "--", "dec-21", "21-dec", "dec21", "dec2012", "21dec2012",
        "december-21-2012", "may", "may1",
        "sept1", "march-1", "5pm", "12-am", "true", "false", "null", "nan", "na", "inf", "infinity")]
    public void An_id_that_a_spreadsheet_takes_for_something_else_is_refused(params string[] ids)
    {
        foreach (var id in ids) NewBatchRules.ReadsAsValue(id).ShouldBeTrue(id);
    }

    [Theory]
    [InlineData("mi2-1", "b-1", "a", "e5", "x10", "12-12-sale", "2012-mi2", "618-phones", "march-sale", "decimal",
        "maya-1", "1-may-day",
        "5pm-sale", "true-1", "nano", "batch-20121221", "7f3a9c", "0xg", "10-sale-2")]
    public void An_id_with_a_word_is_not(params string[] ids)
    {
        foreach (var id in ids) NewBatchRules.ReadsAsValue(id).ShouldBeFalse(id);
    }

    // Orleans' storage would keep the documents of cafe and 0cafe, among them the batches' keys, as the same.
    [Fact]
    public async Task No_two_batches_or_products_have_ids_that_the_storage_of_documents_takes_for_the_same()
    {
        foreach (var id in (string[])
        [
            "cafe", "0cafe", "a", "b1", "ffffffffffffffff", "0000000000000000cafe", "7f3a9c",
            "0123456789abcdef0123456789abcdef",
        ])
        {
            var terms = Offer.Of(id, _sale.Clock.GetUtcNow(), Stage.Reserving, 1, 1, 60);
            (await CreateAsync(terms)).IsRefusal(400, "invalid-request", "id")["detail"]!.ShouldContain("batch-1");
        }
        foreach (var (product, isTaken) in ((string, bool)[])
        [
            ("00beef", true), ("beef", false), ("0beef", false), ("00beef", true), ("0beef-1", true),
            ("0123456789abcdef0123456789abcdef", true),
        ])
        {
            var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Reserving, 1, 1, 60);
            terms["product"]!["id"] = product;
            var answer = await CreateAsync(terms);
            if (isTaken) answer.Is(201);
            else answer.IsRefusal(400, "invalid-request", "product.id");
        }
    }

    [Fact]
    public async Task A_batch_that_could_never_sell_is_refused_and_its_id_is_free()
    {
        var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Over, 1, 1, 60);
        (await CreateAsync(terms)).IsRefusal(400, "invalid-request", "schedule.saleCloses")["fault"].ShouldBe("past");
        foreach (var late in (Stage[])[Stage.Waiting, Stage.OnSale])
        {
            terms["schedule"] = Offer.Of("x", _sale.Clock.GetUtcNow(), late, 1, 1, 60)["schedule"]!.DeepClone();
            (await CreateAsync(terms))
                .IsRefusal(400, "invalid-request", "schedule.reservationCloses")["fault"].ShouldBe("past");
        }
        terms["product"]!["price"]!["currency"] = "RMB";
        terms["schedule"] = Offer.Of("x", _sale.Clock.GetUtcNow(), Stage.Reserving, 1, 1, 60)["schedule"]!.DeepClone();
        (await CreateAsync(terms)).IsRefusal(400, "invalid-request", "product.price.currency");
        terms["channel"] = new JsonArray("weibo", "wiebo");
        (await CreateAsync(terms)).IsRefusal(400, "invalid-request", "channel")["detail"]!
            .ShouldContain("wiebo is not configured");
        terms["channel"] = "weibo";
        terms["product"]!["price"]!["currency"] = "KWD";
        (await CreateAsync(terms)).Is(201)["product.price.currency"].ShouldBe("KWD");
    }

    [Fact]
    public async Task A_repeat_of_a_creation_is_answered_whenever_it_comes()
    {
        var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Reserving, 1, 1, 60);
        (await CreateAsync(terms)).Is(201);
        _sale.Clock.Advance(4 * Offer.StageLasts);
        (await CreateAsync(terms)).Is(200)["phase"].ShouldBe("closed");
        terms["stock"] = 2;
        (await CreateAsync(terms)).IsRefusal(409, "conflict");
    }

    // The state that an earlier version of the engine has left.
    [Fact]
    public async Task A_batch_that_would_be_refused_now_works_as_before()
    {
        var terms = Offer.Of("20121221", _sale.Clock.GetUtcNow(), Stage.OnSale, 3, 1, 60);
        terms["product"]!["price"]!["currency"] = "RMB";
        await _sale.PutThereAsync(terms);
        (await CreateAsync(terms)).Is(200)["id"].ShouldBe("20121221");
        var user = _sale.NewUser();
        var order = await _sale.OrderAsync("20121221", user);
        (await _sale.ReadOrderAsync(order, user)).Is(200)["amount.currency"].ShouldBe("RMB");
        (await _sale.OperateAsync("20121221", "close")).Is(200);
    }

    private Task<Answer> CreateAsync(JsonObject terms) =>
        _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, terms);
}
