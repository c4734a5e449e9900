using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>
/// The buyers of a sale with their tickets, and how they click. A double click is the same request a second time, next
/// to the first, so that two connections send them at once.
/// </summary>
internal sealed class Buyers
{
    /// <summary>How often one click is sent at most.</summary>
    private const int MaxTries = 6;

    /// <summary>Of a hundred buyers, how many send an Idempotency-Key, and how many double-click.</summary>
    private const int Keyed = 50, DoubleClicking = 2;

    private readonly string[] _tickets;
    private readonly string?[] _keys;
    private readonly int[] _clicks;

    public Buyers(Requests reservations)
    {
        _tickets = [.. reservations.Bodies().Select(OrderTold.TicketOf)];
        var (random, order) = (Random.Shared, Enumerable.Range(0, _tickets.Length).ToArray());
        _keys = [.. order.Select(_ => random.Next(100) < Keyed ? $"click-{random.NextInt64():x16}" : null)];
        random.Shuffle(order);
        _clicks = [.. order.SelectMany(
            buyer => Enumerable.Repeat(buyer, random.Next(100) < DoubleClicking ? 2 : 1))];
    }

    public Requests Click(RequestWriter writer, string batch, DateTimeOffset opens)
    {
        var requests = RequestWriter.Many(
            0, _tickets.Length, buyer => writer.Purchase(batch, $"Ticket {_tickets[buyer]}", "{}", _keys[buyer]));
        return new Requests([.. _clicks.Select(buyer => requests[buyer])])
        {
            Start = Requests.TicksOf(opens),
            MaxTries = MaxTries,
        };
    }

    /// <summary>All that they were told: their reservations, and what became of their clicks.</summary>
    public ClientRecord Told(Requests clicks)
    {
        var record = new ClientRecord();
        for (var buyer = 0; buyer < _tickets.Length; buyer++)
        {
            record.Reserved(
                RequestWriter.UserOf(buyer), Ticket.VersionOf(_tickets[buyer]), Ticket.AliasOf(_tickets[buyer]));
        }

        for (var click = 0; click < clicks.Count; click++)
        {
            if (clicks.BodyOf(click) is not { } body) continue;
            var (order, buyer) = (OrderTold.Of(body), _clicks[click]);
            record.Ordered(RequestWriter.UserOf(buyer), _keys[buyer], order.Id, [order.Unit]);
        }

        return record;
    }
}
