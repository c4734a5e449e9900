using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Api.Purchases;

[Collection(SaleTests.Name)]
public sealed class CrowdTests(SaleTests.Fixture fixture)
{
    private const int Purchases = 2_000, Users = 300, Units = 100;

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_crowd_gets_every_unit_once_and_what_it_was_told_is_in_the_ledger()
    {
        var batch = await _sale.CreateAsync(stock: Units);
        var users = Enumerable.Range(0, Users).Select(_ => _sale.NewUser()).ToArray();
        var told = new ClientRecord();
        foreach (var user in users) told.Known(user, _sale.Sign.AliasOf(user, batch));
        var holders = new HashSet<string>();
        var wronged = new List<string>();
        var random = new Random(20121221);
        var clicks = Enumerable.Range(0, Purchases)
            .Select(_ => (User: users[random.Next(Users)], Key: random.Next(3) is var key and > 0 ? $"k{key}" : null))
            .ToArray();

        await Parallel.ForEachAsync(clicks, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (click, _) =>
        {
            // A user who held a unit before this request was sent must not be told that it is sold out.
            bool held;
            lock (holders) held = holders.Contains(click.User);
            var answer = await _sale.BuyAsync(batch, click.User, click.Key);
            if (answer.Status is 200 or 201)
            {
                told.Ordered(click.User, click.Key, answer["id"]!,
                    [.. answer.Member("units").EnumerateArray().Select(unit => unit.GetInt32())]);
                lock (holders) holders.Add(click.User);
            }
            else if (answer.Code is not ("sold-out" or "limit-reached") || (held && answer.Code == "sold-out"))
            {
                lock (wronged) wronged.Add($"{click}, holder: {held}: {answer}");
            }
        });

        wronged.ShouldBeEmpty();
        holders.Count.ShouldBe(Units);
        var ledger = await _sale.AuditAsync(batch);
        ledger.Units.Held.ShouldBe(Units);
        ledger.Orders.Select(order => order.Alias).Distinct().Count().ShouldBe(Units);
        ledger.Orders.SelectMany(order => order.Units).Order().ShouldBe(Enumerable.Range(1, Units));
        told.Orders.ShouldBe(Units, "every order was told to its user");
        var contradictions = told.Against(ledger);
        contradictions.Total.ShouldBe(0, string.Join('\n', contradictions.Kept));

        await Task.WhenAll(users.Select(async user =>
        {
            var again = await _sale.BuyAsync(batch, user);
            if (holders.Contains(user)) again.Is(200);
            else again.IsRefusal(409, "sold-out");
        }));
    }
}
