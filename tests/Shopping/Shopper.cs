using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Shopping;

/// <summary>
/// A buyer who does one thing after another, remembers what was answered, and asks again for what was not. Used by one
/// task at a time.
/// </summary>
/// <param name="campaign">The sale.</param>
/// <param name="number">Chooses the client.</param>
/// <param name="name">The user's name on the platform.</param>
/// <param name="random">Chance.</param>
public sealed class Shopper(Campaign campaign, int number, string name, Random random)
{
    private readonly string _token = campaign.Signer.Sign(BatchPlan.Channel, name);
    private readonly List<Purchase> _purchases = [];
    private readonly List<string> _orders = [];
    private long _place;
    private string _ticket = "";
    private string? _uncertainCancellation;
    private bool? _uncertainReservation;

    /// <summary>The user, such as <c>weibo:shopper-1</c>.</summary>
    public string User => $"{BatchPlan.Channel}:{name}";

    /// <summary>Reserves for the sale; false if it was too late to.</summary>
    public async Task<bool> ReserveForSaleAsync(EngineClient client)
    {
        var answer = await client.ReserveAsync(_token, campaign.Sale);
        if (answer.Code == "reservation-closed") return false;
        if (!answer.Succeeded) throw new EngineException($"{User} could not reserve: {answer}");
        _ticket = answer.Text("ticket")!;
        campaign.SaleRecord.Reserved(User, Ticket.VersionOf(_ticket), Ticket.AliasOf(_ticket));
        return true;
    }

    /// <summary>Does something, by chance.</summary>
    public Task ActAsync(Life life, Habits habits)
    {
        var chance = random.Next(100);
        if ((chance -= habits.Buy) < 0) return BuyAsync(life, new Purchase(NewKey()));
        if ((chance -= habits.BuyKeyless) < 0) return BuyAsync(life, new Purchase(null));
        if ((chance -= habits.DoubleClick) < 0)
            return DoubleClickAsync(life, new Purchase(random.Next(2) == 0 ? NewKey() : null));
        if ((chance -= habits.Pay) < 0) return PayAsync(life);
        if ((chance -= habits.Cancel) < 0) return CancelAsync(life);
        if ((chance -= habits.Read) < 0) return ReadAsync(life);
        if ((chance -= habits.StandBy) < 0) return BuyAsync(life, new Purchase(NewKey(), standsBy: true));
        if ((chance -= habits.LookAtPlace) < 0) return LookAtPlaceAsync(life);
        if ((chance -= habits.Leave) < 0) return LeaveAsync(life);
        return chance < habits.Repeat ? RepeatAsync(life) : ChangeReservationAsync(life, reserve: random.Next(2) == 0);
    }

    /// <summary>After a restart: asks again for everything that was not answered, and for what was.</summary>
    public async Task AskAgainAsync(Life life)
    {
        foreach (var purchase in _purchases.Where(purchase => !purchase.Settled).ToList())
            await BuyAsync(life, purchase);
        await RepeatAsync(life);
        await LookAtPlaceAsync(life);
        if (_uncertainCancellation is { } order) await CancelAsync(life, order);
        if (_uncertainReservation is { } reserve) await ChangeReservationAsync(life, reserve);
    }

    /// <summary>Buys under a new key, pays, and cancels the paid order if asked to.</summary>
    /// <returns>Whether all of it could be done.</returns>
    public async Task<bool> BuyAndPayAsync(Life life, bool thenCancel)
    {
        var purchase = new Purchase(NewKey());
        await BuyAsync(life, purchase);
        if (purchase.Order is not { } order) return false;
        await PayAsync(life, order);
        if (thenCancel) await CancelAsync(life, order);
        return campaign.Captured.ContainsKey(order) && _uncertainCancellation is null;
    }

    private string NewKey() => $"k{random.NextInt64():x}";

    private async Task<EngineAnswer> BuyAsync(Life life, Purchase purchase)
    {
        var asked = Stopwatch.GetTimestamp();
        var answer = await life.ClientOf(number)
            .BuyAsync(campaign.Sale, _ticket, purchase.Key, standsBy: purchase.StandsBy);
        if (answer.Status == 201) life.Bought(number, asked);
        Note(purchase, life.Judge(
            User, purchase.StandsBy ? "stands by" : "buys", purchase.Key, answer, "sold-out", "line-full",
            "limit-reached"));
        return answer;
    }

    private async Task DoubleClickAsync(Life life, Purchase purchase)
    {
        var answers = await Task.WhenAll(BuyAsync(life, purchase), BuyAsync(life, purchase));
        var orders = answers.Select(answer => answer.Succeeded ? answer.Text("id") : null).OfType<string>()
            .Distinct().ToList();
        campaign.Findings.Expect(
            orders.Count < 2, $"{User}'s double click is answered with {string.Join(" and ", orders)}");
    }

    private async Task RepeatAsync(Life life)
    {
        var keyed = _purchases.Where(purchase => purchase is { Key: not null, IsBound: true }).ToList();
        if (keyed.Count == 0) return;
        var purchase = keyed[random.Next(keyed.Count)];
        var answer = await life.ClientOf(number).BuyAsync(campaign.Sale, _ticket, purchase.Key);
        if (!life.Judge(User, "repeats", purchase.Order ?? purchase.Key, answer).Succeeded) return;
        campaign.Findings.Expect(
            answer.Status == 200 || (answer.Status == 202 && purchase.Order is null),
            $"{User}'s repeat of {purchase.Order ?? purchase.Key} is answered with {answer.Status}");
        Note(purchase, answer);
    }

    /// <summary>Writes an answer down; two answers to one purchase must name one order.</summary>
    private void Note(Purchase purchase, EngineAnswer answer)
    {
        lock (_purchases)
        {
            if (!_purchases.Contains(purchase)) _purchases.Add(purchase);
            purchase.Settled |= answer.Answered && answer.Code != "overloaded";
            if (!answer.Succeeded) return;
            if (answer.Status == 202)
            {
                NotePlace(answer, purchase.Key);
                purchase.IsBound = true;
                return;
            }
            var order = answer.Text("id")!;
            campaign.SaleRecord.Ordered(User, purchase.Key, order, answer.Units());
            campaign.Findings.Expect(
                purchase.Order is null || purchase.Order == order || purchase.Key is null,
                $"{User}'s purchase {purchase.Key} is answered with {purchase.Order} and {order}");
            purchase.Order ??= order;
            purchase.IsBound = true;
            if (!_orders.Contains(order)) _orders.Add(order);
        }
    }

    // A user's places are numbered in the order in which they took them, and no place is ever lost.
    private void NotePlace(EngineAnswer answer, string? key)
    {
        var place = answer.Body.GetProperty("place").GetInt64();
        campaign.SaleRecord.Placed(User, key, place, answer.Body.GetProperty("quantity").GetInt32());
        _place = Math.Max(_place, place);
    }

    // Whoever was told of a place has it, or a later one. What is offered to it is theirs to pay or to decline.
    private async Task LookAtPlaceAsync(Life life)
    {
        var (told, asked) = (_place, Stopwatch.GetTimestamp());
        var client = life.ClientOf(number);
        var answer = life.Judge(
            User, "looks at", $"place {told}", await client.PlaceAsync(_token, campaign.Sale));
        if (!answer.Succeeded) return;
        if (answer.Status == 204)
        {
            campaign.Findings.Expect(told == 0, $"{User} was told of place {told}, and has none");
            return;
        }
        campaign.Findings.Expect(
            answer.Body.GetProperty("place").GetInt64() >= told, $"{User} was told of place {told}, and has {answer}");
        lock (_purchases) NotePlace(answer, null);
        if (answer.Text("state") != "offered" || answer.Text("order") is not { } order || _orders.Contains(order))
            return;
        var offer = life.Judge(User, "reads offer", order, await client.OrderAsync(_token, order));
        if (!offer.Succeeded) return;
        life.Bought(number, asked);
        lock (_purchases)
        {
            campaign.SaleRecord.Ordered(User, null, order, offer.Units());
            _orders.Add(order);
        }
    }

    private async Task LeaveAsync(Life life) => life.Judge(
        User, "leaves", $"place {_place}", await life.ClientOf(number).LeaveLineAsync(_token, campaign.Sale),
        "conflict");

    private Task PayAsync(Life life) => RecentOrder() is { } order ? PayAsync(life, order) : Task.CompletedTask;

    private async Task PayAsync(Life life, string order)
    {
        var checkout = life.Judge(
            User, "checks out", order, await life.ClientOf(number).CheckoutAsync(_token, order), "order-not-payable");
        if (checkout.Text("checkoutUrl") is not { } url) return;

        // What the cashier confirms is captured. It takes a payment once, and none after the checkout's end.
        var answer = await life.ClientOf(number).PayAsync(url);
        if (!answer.Answered && life.CashierMayBeAway) return;
        var paid = life.Judge(User, "pays", order, answer, "conflict", "order-not-payable");
        if (paid.Succeeded) campaign.Captured[order] = true;
        if (paid.Succeeded && random.Next(2) == 0) await ReadAsync(life, order);
    }

    private Task CancelAsync(Life life) => RecentOrder() is { } order ? CancelAsync(life, order) : Task.CompletedTask;

    private async Task CancelAsync(Life life, string order)
    {
        _uncertainCancellation = order;
        var answer = life.Judge(User, "cancels", order, await life.ClientOf(number).CancelAsync(_token, order));
        if (!answer.Succeeded) return;
        _uncertainCancellation = null;
        campaign.Findings.Expect(
            answer.Text("status") is "cancelled" or "refunding" or "refunded" or "expired",
            $"{order} is {answer.Text("status")} after its cancellation");
        campaign.SaleRecord.Cancelled(order);
    }

    private Task ReadAsync(Life life) => RecentOrder() is { } order ? ReadAsync(life, order) : Task.CompletedTask;

    private async Task ReadAsync(Life life, string order)
    {
        var answer = life.Judge(User, "reads", order, await life.ClientOf(number).OrderAsync(_token, order));
        switch (answer.Succeeded ? answer.Text("status") : null)
        {
            case "paid": campaign.SaleRecord.Paid(order); break;
            case "refunded": campaign.SaleRecord.Refunded(order); break;
            case "cancelled" or "expired" or "refunding": campaign.SaleRecord.Cancelled(order); break;
            default: break;
        }
    }

    private async Task ChangeReservationAsync(Life life, bool reserve)
    {
        var client = life.ClientOf(number);
        _uncertainReservation = reserve;
        campaign.NextRecord.ReservationUncertain(User);
        var answer = reserve
            ? await client.ReserveAsync(_token, campaign.Next)
            : await client.UnreserveAsync(_token, campaign.Next);
        life.Judge(User, reserve ? "reserves" : "unreserves", null, answer, "limit-reached");
        if (answer.Succeeded && reserve && answer.Text("ticket")! is var ticket)
            campaign.NextRecord.Reserved(User, Ticket.VersionOf(ticket), Ticket.AliasOf(ticket));
        else if (answer.Succeeded) campaign.NextRecord.Unreserved(User);
        if (answer.Answered && answer.Code != "overloaded") _uncertainReservation = null;
    }

    private string? RecentOrder() =>
        _orders.Count == 0 ? null : _orders[^random.Next(1, Math.Min(3, _orders.Count) + 1)];

    /// <summary>A purchase: with a key it stays the same one however often it is sent.</summary>
    private sealed class Purchase(string? key, bool standsBy = false)
    {
        public string? Key { get; } = key;

        public bool StandsBy { get; } = standsBy;

        /// <summary>Whether it was answered for good; what was not is asked again.</summary>
        public bool Settled { get; set; }

        /// <summary>Whether it made an order, or a place in the line.</summary>
        public bool IsBound { get; set; }

        public string? Order { get; set; }
    }
}
