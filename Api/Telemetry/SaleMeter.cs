using System.Diagnostics.Metrics;
using OrleansSale.Api.Problems;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Telemetry;

/// <summary>What the engine counts.</summary>
public sealed class SaleMeter : IDisposable
{
    private readonly Meter _meter = new(SaleMeters.Name);
    private readonly Counter<long> _purchases;

    // Made once: a purchase must not pay for its own label.
    private readonly KeyValuePair<string, object?>[] _refusals =
        [.. Enum.GetValues<Refusal>().Order().Select(refusal => KeyValuePair.Create("outcome", (object?)Problem.CodeOf(refusal)))];

    private readonly KeyValuePair<string, object?> _made = new("outcome", "made"), _repeated = new("outcome", "repeated");

    /// <summary>Registers the instruments.</summary>
    public SaleMeter() => _purchases = _meter.CreateCounter<long>("sale.purchases", "{purchase}", "Purchases answered, by outcome.");

    /// <summary>Counts an order told.</summary>
    public void CountOrder(bool repeated) => _purchases.Add(1, repeated ? _repeated : _made);

    /// <summary>Counts a refused purchase.</summary>
    public void CountRefusal(Refusal refusal) => _purchases.Add(1, _refusals[(int)refusal - 1]);

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
