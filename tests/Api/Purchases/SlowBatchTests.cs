using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSale.Api.Purchases;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Storage;

namespace OrleansSale.Tests.Api.Purchases;

/// <summary>A batch that is slower than its buyers, on a front of its own.</summary>
public sealed class SlowBatchTests : IAsyncLifetime
{
    /// <summary>Half of them go to the batch in one call, which takes it more than a second.</summary>
    private const int Capacity = 120;

    private const int PerSecond = 40;

    private FaultyLedger _ledger = null!;
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        // An eighth of the bound is a second, in which the batch answers 40.
        Settings = new() { ["Sale:AnswerWithinSeconds"] = "8", ["Sale:LaneCapacity"] = $"{Capacity}" },
        Services = services =>
        {
            var real = services.Single(service => service.ServiceType == typeof(ILedger));
            services.Replace(ServiceDescriptor.Singleton<ILedger>(provider => _ledger = new FaultyLedger(
                new SlowedLedger((ILedger)real.ImplementationFactory!(provider), PerSecond))));
        },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Who_would_have_to_wait_long_is_told_at_once_and_who_waits_already_is_served()
    {
        var batch = await _sale.CreateAsync(stock: 3 * Capacity);
        var lane = _sale.Front.Services.GetRequiredService<PurchaseLanes>().Of(batch);
        var waiting = new List<Task<Answer>>();
        using (_ledger.HoldAppends($"batch/{batch}")) await ComeAsync(Capacity);

        // So many full calls tell how slow the batch is: those who still wait are more than it answers in a second.
        for (var call = 1; call <= LanePace.JudgedCalls; call++)
        {
            var answered = call * Capacity / 2;
            await Eventually.HoldsAsync(() => waiting.Count(purchase => purchase.IsCompleted) >= answered, "a full call was answered");
            if (call < LanePace.JudgedCalls) await ComeAsync(Capacity / 2);
        }

        var late = await _sale.BuyAsync(batch, _sale.NewUser());
        waiting.ShouldContain(purchase => !purchase.IsCompleted, "the lane was not full, and whoever came late was told at once");
        late.IsRefusal(503, "overloaded");

        foreach (var answer in await Task.WhenAll(waiting)) answer.Is(201);
        (await _sale.BuyAsync(batch, _sale.NewUser())).Is(201);
        (await _sale.AuditAsync(batch)).Orders.Count.ShouldBe(waiting.Count + 1);

        Task ComeAsync(int count)
        {
            var users = Enumerable.Range(0, count).Select(_ => _sale.NewUser()).ToArray();
            waiting.AddRange(users.Select(user => _sale.BuyAsync(batch, user)));
            return Eventually.HoldsAsync(() => users.All(lane.IsWaiting), "everybody waits");
        }
    }
}
