using System.Collections.Concurrent;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Failover.Stage;

/// <summary>
/// One who asks, once each, for what the shoppers seldom or never ask for: whatever happens to the engine meanwhile,
/// the answer is a success or overloaded.
/// </summary>
internal sealed class Bystander
{
    private const string Name = "bystander";

    private readonly ConcurrentQueue<string> _refused = new();
    private readonly SaleUnderLoad _sale;
    private readonly string _token;
    private readonly string _order;

    private Bystander(SaleUnderLoad sale, string token, string order) => (_sale, _token, _order) = (sale, token, order);

    /// <summary>What was not answered with a success.</summary>
    public IEnumerable<string> Refused => _refused;

    /// <summary>One who has an order.</summary>
    /// <exception cref="EngineException">There was none to be had.</exception>
    public static async Task<Bystander> OrderAsync(SaleUnderLoad sale)
    {
        var (client, batch) = (sale.Life.Client, sale.Batch);
        var token = sale.Campaign.Signer.Sign(BatchPlan.Channel, sale.Witness);
        var reservation = await client.ReservationAsync(token, batch);
        var order = await client.BuyAsync(batch, reservation.Text("ticket") ?? "", Name);
        if (!order.Succeeded) throw new EngineException($"the bystander could not buy: {order}");
        return new Bystander(sale, token, order.Text("id")!);
    }

    /// <summary>Asks for everything at once.</summary>
    public Task AskEverythingAsync()
    {
        var (client, campaign) = (_sale.Life.Client, _sale.Campaign);
        var late = campaign.Signer.Sign(BatchPlan.Channel, "latecomer");
        return Task.WhenAll(
            JudgeAsync("reserves", client.ReserveAsync(late, campaign.Next)),
            JudgeAsync("reads", client.OrderAsync(_token, _order)),
            JudgeAsync("checks out", client.CheckoutAsync(_token, _order)),
            JudgeAsync("reads the roster", client.ReservationsAsync(campaign.Chef, _sale.Batch)),
            JudgeAsync("reads the ledger", client.LedgerStatusAsync(campaign.Chef, _sale.Batch)),
            JudgeAsync("creates", client.CreateAsync(
                campaign.Chef, new BatchPlan($"{_sale.Batch}-other", 1, DateTimeOffset.UtcNow.AddHours(1)))));
    }

    private async Task JudgeAsync(string does, Task<EngineAnswer> asked)
    {
        var answer = _sale.Life.Judge(Name, does, null, await asked);
        if (!answer.Succeeded) _refused.Enqueue($"{does}: {answer}");
    }
}
