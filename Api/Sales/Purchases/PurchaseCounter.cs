using System.Diagnostics.Metrics;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>Counts the answers to purchases.</summary>
public sealed class PurchaseCounter
{
    // Never disposed: it is the one of all engines of the process.
    private static readonly Counter<long> Purchases = new Meter(EngineMeter.Name).CreateCounter<long>(
        "sale.purchases", "{purchase}", "Purchases answered, by outcome.");

    // Made once: a purchase must not pay for its own label.
    private readonly KeyValuePair<string, object?>[] _refusals =
    [
        .. Enum.GetValues<Refusal>().Order()
            .Select(refusal => KeyValuePair.Create("outcome", (object?)Problem.CodeOf(refusal))),
    ];

    private readonly KeyValuePair<string, object?> _made = new("outcome", "made"),
        _repeated = new("outcome", "repeated"), _joined = new("outcome", "joined");

    /// <summary>Counts a purchase that was answered with an order.</summary>
    public void CountOrder(bool repeated) => Purchases.Add(1, repeated ? _repeated : _made);

    /// <summary>Counts a purchase that was answered with a place in the line.</summary>
    public void CountPlace(bool repeated) => Purchases.Add(1, repeated ? _repeated : _joined);

    /// <summary>Counts a refused purchase.</summary>
    public void CountRefusal(Refusal refusal) => Purchases.Add(1, _refusals[(int)refusal - 1]);
}
