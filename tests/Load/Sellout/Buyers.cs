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
    private readonly string?[] _keys, _tickets;
    private readonly int[] _clicks;

    public Buyers(SelloutOptions options)
    {
        var random = new Random(options.Seed);
        _tickets = new string?[options.Buyers];
        _keys = new string?[options.Buyers];
        for (var buyer = 0; buyer < options.Buyers; buyer++)
            if (random.Next(100) < Keyed) _keys[buyer] = $"click-{random.NextInt64():x16}";
        var order = Enumerable.Range(0, options.Buyers).ToArray();
        random.Shuffle(order);
        _clicks = [.. order.SelectMany(
            buyer => Enumerable.Repeat(buyer, random.Next(100) < DoubleClicking ? 2 : 1))];
    }

    public int BuyerOf(int click) => _clicks[click];

    public string? KeyOf(int buyer) => _keys[buyer];

    public string TicketOf(int buyer) =>
        _tickets[buyer] ?? throw new InvalidOperationException("the buyer has no ticket");

    /// <summary>Keeps the tickets of reservations, of this buyer and the following ones.</summary>
    public void GiveTickets(int first, Requests reservations)
    {
        for (var index = 0; index < reservations.Count; index++)
            _tickets[first + index] = OrderTold.OfReservation(reservations.BodyOf(index)!.Value).Id;
    }

    public Requests Click(RequestWriter writer, string batch, long opening)
    {
        var requests = RequestWriter.Many(
            0, _tickets.Length, buyer => writer.Purchase(batch, $"Ticket {TicketOf(buyer)}", "{}", _keys[buyer]));
        return new Requests([.. _clicks.Select(buyer => requests[buyer])]) { Start = opening, MaxTries = MaxTries };
    }
}
