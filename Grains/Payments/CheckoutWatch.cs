using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Grains.Payments;

/// <summary>
/// Watches whether the provider opens checkouts for this silo. Changes are logged, not every failure.
/// </summary>
public sealed partial class CheckoutWatch(ILogger<CheckoutWatch> log)
{
    private readonly Outage _outage = new("checkout");

    /// <summary>Records that a checkout could not be opened.</summary>
    public void Failed(string order, PaymentProviderException failure)
    {
        if (_outage.Fails(failure.Code)) Log.Failed(log, order, failure.Message);
    }

    /// <summary>Records that a checkout was opened.</summary>
    public void Made()
    {
        if (_outage.Succeeds() is { } failures) Log.Works(log, failures);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Order {Order}: no checkout could be opened; further failures are only counted: {Reason}")]
        public static partial void Failed(ILogger log, string order, string reason);

        [LoggerMessage(2, LogLevel.Information, "Checkouts can be opened again, after {Failures} failures")]
        public static partial void Works(ILogger log, int failures);
    }
}
