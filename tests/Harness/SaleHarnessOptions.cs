using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Tests.Harness;

/// <summary>How a <see cref="SaleHarness"/> is to run.</summary>
public sealed class SaleHarnessOptions
{
    /// <summary>Silos at the start, 1 or more.</summary>
    public short Silos { get; set; } = 1;

    /// <summary>
    /// Whether silos and clients talk over real sockets, as in a cluster of machines; else within the process.
    /// </summary>
    public bool UsesSockets { get; set; }

    /// <summary>From payBy to the release of an unpaid hold, in seconds.</summary>
    public int GraceSeconds { get; set; } = 30;

    /// <summary>What the clock shows at the start; null: <see cref="SaleClock.Noon"/>.</summary>
    public DateTimeOffset? Start { get; set; }

    /// <summary>
    /// The payment provider to test; null: <see cref="SaleHarness.Payments"/>, which can fail on demand.
    /// </summary>
    public IPaymentProvider? PaymentProvider { get; set; }

    /// <summary>
    /// Another harness whose storage and payments this one shares, as a cluster does that is taken for dead and is not.
    /// It shares the clock too, unless <see cref="Start"/> is given.
    /// </summary>
    public SaleHarness? Beside { get; set; }

    /// <summary>
    /// Whether the index of orders is kept and webhooks are sent. If not, the ledgers are read by their own actors
    /// alone.
    /// </summary>
    public bool Follows { get; set; }

    /// <summary>Adds to every silo, after everything of the harness.</summary>
    public Action<ISiloBuilder>? ConfigureSilo { get; set; }

    /// <summary>Whether <see cref="SaleHarness.Client"/> is connected at the start.</summary>
    public bool StartsClient { get; set; } = true;
}
