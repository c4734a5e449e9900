using Microsoft.Data.Sqlite;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Health;

/// <summary>Ready means that a commit would work.</summary>
public sealed class StorageTests : IAsyncLifetime
{
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Settings = new() { ["Sale:AnswerWithinSeconds"] = "1" },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Theory]
    [InlineData("ledger.db", "the ledger takes no commits: ")]
    [InlineData("grains.db", "documents cannot be stored: another program has locked the file")]
    public async Task A_file_that_another_program_locks_is_told_though_nobody_buys_and_so_is_its_release(
        string file, string reason)
    {
        await BecomesAsync(200, "ready");
        await using (var other =
            new SqliteConnection($"Data Source={Path.Combine(_sale.Front.DataDirectory, file)};Pooling=False"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var held = other.BeginTransaction(deferred: false);
            await BecomesAsync(503, reason);
            (await _sale.Client.GetAsync("/health/live")).Is(200);
        }

        await BecomesAsync(200, "ready");
        await _sale.OrderAsync(await _sale.CreateAsync(), _sale.NewUser());
    }

    [Theory]
    [InlineData("ledger.db")]
    [InlineData("ledger.db-wal")]
    public async Task A_ledger_that_is_removed_sells_nothing_more(string file)
    {
        var batch = await _sale.CreateAsync(stock: 10);
        await _sale.OrderAsync(batch, _sale.NewUser());
        File.Delete(Path.Combine(_sale.Front.DataDirectory, file));

        (await _sale.BuyAsync(batch, _sale.NewUser())).IsRefusal(503, "overloaded");
        await BecomesAsync(503, "moved, removed or replaced");
        (await _sale.ReserveAsync(await CreatedAnywayAsync(), _sale.NewUser()))
            .Status.ShouldBeGreaterThanOrEqualTo(400);

        async Task<string> CreatedAnywayAsync()
        {
            var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Reserving, 1, 1, 900);
            (await _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, terms)).IsRefusal(503, "overloaded");
            return (string)terms["id"]!;
        }
    }

    [Fact]
    public async Task Documents_whose_file_is_removed_are_told_to_nobody()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        File.Delete(Path.Combine(_sale.Front.DataDirectory, "grains.db"));
        (await _sale.CheckOutAsync(order, user)).IsRefusal(503, "overloaded");
        await BecomesAsync(503, "documents cannot be stored: its file was moved, removed or replaced");
    }

    private Task BecomesAsync(int status, string part) => Eventually.HoldsAsync(
        async () => await _sale.Client.GetAsync("/health/ready") is var answer && answer.Status == status
            && answer.Text.Split('\n')[0].Contains(part, StringComparison.Ordinal),
        $"ready answers {status}, {part}");
}
