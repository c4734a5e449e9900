using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Grains.Payments;

/// <summary>
/// Whether the provider opens checkouts, as this silo sees it: told when that changes, not at every click.
/// </summary>
public sealed partial class CheckoutWatch(ILogger<CheckoutWatch> log)
{
    private readonly Outage _outage = new("checkout");

    /// <summary>Notes that one could not be opened.</summary>
    public void Failed(string order, PaymentProviderException failure)
    {
        if (_outage.Fails(failure.Code)) Log.Failed(log, order, failure.Message);
    }

    /// <summary>Notes that one was opened.</summary>
    public void Made()
    {
        if (_outage.Succeeds() is { } failures) Log.Works(log, failures);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Order {Order}: no checkout could be opened now, and others like it are only counted: {Reason}")]
        public static partial void Failed(ILogger log, string order, string reason);

        [LoggerMessage(2, LogLevel.Information, "Checkouts are opened again, after {Failures} that could not be")]
        public static partial void Works(ILogger log, int failures);
    }
}
