using System.Globalization;
using System.Text;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>The buyers of a sale: each has a token, and a ticket once reserved.</summary>
internal sealed class Buyers
{
    private readonly string?[] _keys;
    private readonly byte[][] _tokens;
    private readonly string?[] _tickets;

    public Buyers(SelloutOptions options, TokenSigner signer)
    {
        var random = new Random(options.Seed);
        Count = options.Buyers;
        _tickets = new string?[Count];
        _keys = new string?[Count];
        _tokens = new byte[Count][];
        for (var buyer = 0; buyer < Count; buyer++)
        {
            if (random.Next(100) < options.KeyedPercent) _keys[buyer] = $"click-{random.NextInt64():x16}";
            _tokens[buyer] = Encoding.ASCII.GetBytes(signer.Sign(BatchPlan.Channel, SubjectOf(buyer)));
        }
    }

    public int Count { get; }

    /// <summary>The user, <c>weibo:buyer-000017</c>.</summary>
    public static string UserOf(int buyer) => $"{BatchPlan.Channel}:{SubjectOf(buyer)}";

    public string? KeyOf(int buyer) => _keys[buyer];

    public ReadOnlySpan<byte> TokenOf(int buyer) => _tokens[buyer];

    /// <summary>The ticket, once there is one.</summary>
    public string TicketOf(int buyer) =>
        _tickets[buyer] ?? throw new InvalidOperationException("the buyer has no ticket");

    public void GiveTicket(int buyer, ReadOnlySpan<byte> ticket) => _tickets[buyer] = Encoding.ASCII.GetString(ticket);

    private static string SubjectOf(int buyer) => string.Create(CultureInfo.InvariantCulture, $"buyer-{buyer:d6}");
}
