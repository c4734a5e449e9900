using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>
/// The buyers of a sale, and how they click. A double click is the same request a second time, next to the first, so
/// that two connections send them at once.
/// </summary>
internal sealed class Buyers
{
    /// <summary>How often one click is sent at most.</summary>
    private const int MaxTries = 6;

    /// <summary>Of a hundred buyers, how many send an Idempotency-Key, and how many double-click.</summary>
    private const int Keyed = 50, DoubleClicking = 2;

    private readonly string?[] _keys;
    private readonly int[] _clicks;
    private string[] _tickets = [];

    public Buyers(SelloutOptions options)
    {
        var random = new Random(options.Seed);
        var order = Enumerable.Range(0, options.Buyers).ToArray();
        _keys = [.. order.Select(_ => random.Next(100) < Keyed ? $"click-{random.NextInt64():x16}" : null)];
        random.Shuffle(order);
        _clicks = [.. order.SelectMany(
            buyer => Enumerable.Repeat(buyer, random.Next(100) < DoubleClicking ? 2 : 1))];
    }

    public int BuyerOf(int click) => _clicks[click];

    public string? KeyOf(int buyer) => _keys[buyer];

    public string TicketOf(int buyer) => _tickets[buyer];

    public void GiveTickets(Requests reservations) =>
        _tickets = [.. reservations.Bodies().Select(body => OrderTold.OfReservation(body).Id)];

    public Requests Click(RequestWriter writer, string batch, DateTimeOffset opens)
    {
        var requests = RequestWriter.Many(
            0, _tickets.Length, buyer => writer.Purchase(batch, $"Ticket {TicketOf(buyer)}", "{}", KeyOf(buyer)));
        return new Requests([.. _clicks.Select(buyer => requests[buyer])])
        {
            Start = Requests.TicksOf(opens),
            MaxTries = MaxTries,
        };
    }
}
