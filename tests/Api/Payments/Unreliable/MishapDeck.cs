using OrleansSale.Tests.Platforms.Protocol;

namespace OrleansSale.Tests.Api.Payments.Unreliable;

/// <summary>
/// Decides what goes wrong with a provider's calls: cards of a shuffled deck, so that everything happens. Only the
/// first call of an order, a checkout or a payment draws one. At one checkout and at one refund the provider dies.
/// </summary>
internal sealed class MishapDeck(Random random)
{
    private const int DiesAtCheckout = 70, DiesAtRefund = 30;

    private static readonly Mishap[] Answers = [Mishap.Fails, Mishap.LosesAnswer],
        Refunds =
        [
            .. Answers, Mishap.Hangs, Mishap.IsPending, Mishap.TellsAnotherAmount, Mishap.TellsAnotherRefund,
            Mishap.ForgetsPayment,
        ];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<Mishap>> _decks = [];
    private readonly Dictionary<string, int> _first = [];

    /// <summary>What went wrong so far.</summary>
    public HashSet<(string Call, Mishap Mishap)> Drawn { get; } = [];

    /// <summary>Everything that there is to go wrong.</summary>
    public static IEnumerable<(string Call, Mishap Mishap)> All =>
    [
        ("checkout", Mishap.Dies), ("refund", Mishap.Dies),
        .. Answers.SelectMany(mishap => (IEnumerable<(string, Mishap)>)[("checkout", mishap), ("state", mishap)]),
        .. Refunds.Select(mishap => ("refund", mishap)),
    ];

    public Mishap Draw(string call, bool isFirst)
    {
        if (!isFirst) return Mishap.None;
        lock (_lock)
        {
            var number = _first[call] = _first.GetValueOrDefault(call) + 1;
            if (!_decks.TryGetValue(call, out var deck) || deck.Count == 0) _decks[call] = deck = Shuffle(call);
            var mishap = (call, number) is ("checkout", DiesAtCheckout) or ("refund", DiesAtRefund)
                ? Mishap.Dies
                : deck.Dequeue();
            if (mishap != Mishap.None) Drawn.Add((call, mishap));
            return mishap;
        }
    }

    // Few calls fail without an answer: else the engine's circuit breaker would leave the provider alone for a while.
    private Queue<Mishap> Shuffle(string call)
    {
        var (cards, size) = call == "refund" ? (Refunds, 30) : (Answers, 40);
        Mishap[] deck = [.. cards, .. Enumerable.Repeat(Mishap.None, size - cards.Length)];
        random.Shuffle(deck);
        return new Queue<Mishap>(deck);
    }
}
