using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Grains.Payments;

/// <summary>
/// Watches whether each provider opens checkouts for this silo, and tells about them and closes them. Changes are
/// logged, not every failure.
/// </summary>
public sealed partial class CheckoutWatch(ILogger<CheckoutWatch> log)
{
    // Never disposed: all engines of the process share it.
    private static readonly Counter<long> Answers = new Meter(EngineMeter.Name).CreateCounter<long>(
        "sale.checkout.answers", "{answer}", "What providers answered when they were asked about a checkout.");

    // As many as providers are named by the settings and the ledgers.
    private readonly ConcurrentDictionary<string, Outage> _opening = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Outage> _closing = new(StringComparer.Ordinal);

    /// <summary>Records that a checkout could not be opened.</summary>
    /// <param name="order">The order.</param>
    /// <param name="provider">The provider; null: none is configured for the channel.</param>
    /// <param name="failure">Why.</param>
    public void Failed(string order, string? provider, PaymentProviderException failure)
    {
        if (Of(_opening, provider).Fails(failure.Code)) Log.Failed(log, order, provider, failure.Message);
    }

    /// <summary>Records that a checkout was opened.</summary>
    public void Made(string? provider)
    {
        if (Of(_opening, provider).Succeeds() is { } failures) Log.Works(log, provider, failures);
    }

    /// <summary>Counts what a provider answered when it was asked about a checkout, or had to close it.</summary>
    public static void Count(string provider, CheckoutStage stage) => Answers.Add(
        1, new KeyValuePair<string, object?>("provider", provider),
        new KeyValuePair<string, object?>("stage", WireName.Of(stage)));

    /// <summary>Records that a provider did not tell about a checkout, or did not close it.</summary>
    public void LeftOpen(string order, string provider, string code)
    {
        if (Of(_closing, provider).Fails(code)) Log.LeftOpen(log, order, provider, code);
    }

    /// <summary>Records that a provider told about a checkout, or that it was closed.</summary>
    public void Closed(string provider)
    {
        if (Of(_closing, provider).Succeeds() is { } failures) Log.Closes(log, provider, failures);
    }

    private static Outage Of(ConcurrentDictionary<string, Outage> outages, string? provider) =>
        outages.GetOrAdd(provider ?? "", _ => new Outage("checkout"));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Order {Order}: no checkout could be opened at {Provider}; further failures are only counted: {Reason}")]
        public static partial void Failed(ILogger log, string order, string? provider, string reason);

        [LoggerMessage(2, LogLevel.Information,
            "Checkouts at {Provider} can be opened again, after {Failures} failures")]
        public static partial void Works(ILogger log, string? provider, int failures);

        [LoggerMessage(3, LogLevel.Warning,
            "Order {Order}: its checkout at {Provider} could not be asked for or closed; it is retried, and further "
            + "failures are only counted: {Code}")]
        public static partial void LeftOpen(ILogger log, string order, string provider, string code);

        [LoggerMessage(4, LogLevel.Information,
            "Checkouts at {Provider} can be asked for and closed again, after {Failures} failures")]
        public static partial void Closes(ILogger log, string provider, int failures);
    }
}
