using System.Collections.Concurrent;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Crash;

/// <summary>
/// What lasts from one life of the engine to the next: its data, its secrets, and all that clients were told.
/// </summary>
internal sealed class Campaign : IDisposable
{
    /// <summary>The batch that users reserve for.</summary>
    public const string Next = "mi2-next";

    /// <summary>Of one audit: a broken promise is often broken many times.</summary>
    private const int ViolationsKept = 5;

    /// <summary>An answer is bound to 10 s by the engine.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private readonly string _directory = Directory.CreateTempSubdirectory("orleanssale-crash-").FullName;
    private readonly EngineSecrets _secrets = EngineSecrets.Make();

    public Campaign(int seed)
    {
        Random = new Random(seed);
        Signer = new TokenSigner(_secrets);
        Chef = Signer.Sign(BatchPlan.Channel, "chef", "operator");
    }

    public Random Random { get; }

    public TokenSigner Signer { get; }

    /// <summary>An operator's token.</summary>
    public string Chef { get; }

    /// <summary>The batch that is on sale.</summary>
    public string Sale { get; set; } = "";

    public Findings Findings { get; } = new();

    /// <summary>What clients were told about <see cref="Sale"/>.</summary>
    public ClientRecord SaleRecord { get; set; } = new();

    /// <summary>What clients were told about <see cref="Next"/>.</summary>
    public ClientRecord NextRecord { get; } = new();

    /// <summary>Orders whose payment the cashier confirmed: captured, whatever the engine knows of it.</summary>
    public ConcurrentDictionary<string, bool> Captured { get; } = new();

    /// <summary>Refunds in the ledger when it was last read.</summary>
    public int Refunds { get; private set; }

    public string PaymentsApiKey => _secrets.PaymentsApiKey;

    /// <summary>Starts the engine on what it left behind.</summary>
    public Task<EngineProcess> StartAsync(CancellationToken cancellationToken) => EngineProcess.StartAsync(
        new EngineOptions(_directory, _secrets)
        {
            // Holds shall run out while the engine is down, and payments shall come too late.
            Settings = new Dictionary<string, string> { ["Orders:GraceSeconds"] = "1" },
        },
        cancellationToken);

    public static EngineClient ClientOf(EngineProcess engine) => new(engine.Address, AnswerWithin);

    /// <summary>The ledger of a batch, replayed and checked; with what clients were told about it.</summary>
    public async Task<AuditedSale> AuditAsync(EngineClient client, string batch, string when)
    {
        await using var export = await client.LedgerAsync(Chef, batch);
        var sale = await LedgerAudit.ReadAsync(export);
        var told = (batch == Sale ? SaleRecord : NextRecord).Against(sale);
        foreach (var violation in sale.Violations.Kept.Concat(told.Kept).Take(ViolationsKept))
            Findings.Add($"{when}, {batch}: {violation}");
        if (batch == Sale) Refunds = sale.Payments.Values.Count(payment => payment.End == PaymentEnd.Refunded);
        return sale;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
