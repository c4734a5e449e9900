using Orleans.Configuration;

namespace OrleansSale.Silo.Cluster;

/// <summary>
/// How fast a dead silo is noticed. Every silo probes the others; one that misses <see cref="MissedProbes"/> probes in
/// a row in the eyes of two silos (one, if there are only two) is declared dead in the database, and its batches are
/// taken over.
/// </summary>
/// <remarks>
/// A silo declared dead by mistake costs an interruption and nothing else: the ledger's fence keeps it from selling
/// another unit, whatever it believes. So these may be short, and they must only be long enough not to disturb: a silo
/// under full load on a busy machine answers a probe within <see cref="MaxProbeTimeout"/>.
/// </remarks>
public static class Liveness
{
    /// <summary>Between two probes, and how long an answer may take at first.</summary>
    public static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How far the time for an answer adapts, down and up.</summary>
    public static readonly TimeSpan MinProbeTimeout = TimeSpan.FromMilliseconds(500),
        MaxProbeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Probes missed in a row that make a vote.</summary>
    public const int MissedProbes = 3;

    /// <summary>How often a silo reads the membership table, besides being told of changes.</summary>
    public static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a silo signs that it lives, and how many signatures may fail to come. After a crash of all silos the
    /// dead ones are passed over once their last signature is this old, so a whole cluster starts again within seconds.
    /// </summary>
    public static readonly TimeSpan SignPeriod = TimeSpan.FromSeconds(5);

    /// <summary>See <see cref="SignPeriod"/>.</summary>
    public const int MissedSignatures = 3;

    /// <summary>How long a starting silo tries to reach those that the table calls alive.</summary>
    public static readonly TimeSpan JoinWithin = TimeSpan.FromSeconds(30);

    /// <summary>How often a front reads which silos there are.</summary>
    public static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a call waits for its answer unless its method says otherwise; then it is of unknown outcome, and is
    /// made again.
    /// </summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(4);

    /// <summary>How long a connection attempt may take.</summary>
    public static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);

    /// <summary>Applies them to a silo's membership.</summary>
    public static void Apply(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = ProbeTimeout;
        options.MinProbeTimeout = MinProbeTimeout;
        options.MaxProbeTimeout = MaxProbeTimeout;
        options.NumMissedProbesLimit = MissedProbes;
        options.TableRefreshTimeout = TableRefresh;
        options.IAmAliveTablePublishTimeout = SignPeriod;
        options.NumMissedTableIAmAliveLimit = MissedSignatures;
        options.MaxJoinAttemptTime = JoinWithin;
    }

    /// <summary>Applies them to connections, on either side.</summary>
    public static void Apply(ConnectionOptions options)
    {
        options.OpenConnectionTimeout = ConnectWithin;
        options.ConnectionRetryDelay = TimeSpan.FromMilliseconds(200);
    }
}
