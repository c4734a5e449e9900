namespace OrleansSale.Tests.Audit;

/// <summary>One line, read. The reader fills the same object again and again; nobody keeps it.</summary>
internal sealed class LedgerEntry
{
    public long Seq { get; set; }

    public EntryType Type { get; set; }

    public DateTime At { get; set; }

    /// <summary>
    /// Which members of the data were there; the properties of the others are left over from another entry.
    /// </summary>
    public Members Present { get; set; }

    /// <summary>Whether it has this member.</summary>
    public bool Has(Members member) => (Present & member) != 0;

    /// <summary>Only of <see cref="EntryType.Created"/>.</summary>
    public SaleTerms? Terms { get; set; }

    /// <summary>The sequence of the hold that made the order: its id without the batch.</summary>
    public long Order { get; set; }

    /// <summary>What stands for the user.</summary>
    public string Alias { get; set; } = "";

    /// <summary>The unit numbers of a hold or a release.</summary>
    public List<int> Units { get; } = [];

    /// <summary>The number of units of a restock or withdrawal.</summary>
    public int UnitCount { get; set; }

    /// <summary>First and last unit of each range, both included.</summary>
    public List<(int First, int Last)> Ranges { get; } = [];

    public DateTime PayBy { get; set; }

    public long Reservation { get; set; }

    /// <summary>What stands for the client's key; null when the purchase came without one.</summary>
    public string? Key { get; set; }

    /// <summary>Why a sale ended.</summary>
    public string Cause { get; set; } = "";

    /// <summary>Which of its order's checkouts it is, from 1.</summary>
    public long Number { get; set; }

    public string Checkout { get; set; } = "";

    public string Provider { get; set; } = "";

    /// <summary>The provider's id of the payment; see <see cref="PaymentKey"/>.</summary>
    public string Payment { get; set; } = "";

    /// <summary>The payment among all: ids count per provider.</summary>
    public PaymentKey PaymentKey => new(Provider, Payment);

    public string Refund { get; set; } = "";

    public Amount Amount { get; set; }

    /// <summary>What the provider keeps of it, in minor units.</summary>
    public long Fee { get; set; }

    public string Why { get; set; } = "";

    /// <summary>What was told about a payment's money.</summary>
    public string Code { get; set; } = "";

    public string By { get; set; } = "";

    /// <summary>The name of a command that waits for a second operator.</summary>
    public string Command { get; set; } = "";

    /// <summary>When that command is void.</summary>
    public DateTime Until { get; set; }
    /// <summary>An operator's reason: a code if it is for one order or place, else their own words.</summary>
    public string Reason { get; set; } = "";

    /// <summary>How much more time there is.</summary>
    public long Seconds { get; set; }

    /// <summary>The schedule that comes into force.</summary>
    public SaleSchedule? Schedule { get; set; }

    /// <summary>Which orders are recalled.</summary>
    public string Orders { get; set; } = "";

    /// <summary>The order whose units are offered to the line, because its buyer gives them back.</summary>
    public long From { get; set; }

    /// <summary>The number of a place in the line.</summary>
    public long Place { get; set; }

    /// <summary>The units that a buyer in the line asked for.</summary>
    public int Quantity { get; set; }

    /// <summary>How a buyer joined the line: standby or carried.</summary>
    public string How { get; set; } = "";

    /// <summary>The batch that a carried place comes from.</summary>
    public string OriginBatch { get; set; } = "";

    /// <summary>Its number there.</summary>
    public long OriginPlace { get; set; }

    /// <summary>How many places were carried.</summary>
    public long Places { get; set; }
}

/// <summary>A captured payment among those of all providers.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Id">The provider's id of it.</param>
public readonly record struct PaymentKey(string Provider, string Id)
{
    /// <summary>Such as <c>alipay/p-1</c>.</summary>
    public override string ToString() => $"{Provider}/{Id}";
}

/// <summary>Money in minor units.</summary>
/// <param name="Value">0 or more.</param>
/// <param name="Currency">ISO 4217.</param>
public readonly record struct Amount(long Value, string Currency)
{
    /// <summary>Such as <c>199900 CNY</c>.</summary>
    public override string ToString() => $"{Value} {Currency}";
}
