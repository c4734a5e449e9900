using Orleans.Configuration;

namespace OrleansSale.Silo.Cluster;

/// <summary>
/// How fast a dead silo is noticed. Every silo probes the others; if two silos (one, if there are only two) see a silo
/// miss <see cref="MissedProbes"/> probes in a row, it is declared dead in the database, and others take its batches
/// over.
/// </summary>
/// <remarks>
/// If a healthy silo is declared dead, the only cost is an interruption: the ledger's fence keeps it from selling
/// another unit. So these times may be short. They only need to be long enough for a silo under full load on a busy
/// machine, which answers a probe within <see cref="MaxProbeTimeout"/>.
/// </remarks>
public static class Liveness
{
    /// <summary>Between two probes, and how long an answer may take at first.</summary>
    public static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The bounds of the adaptive timeout of a probe.</summary>
    public static readonly TimeSpan MinProbeTimeout = TimeSpan.FromMilliseconds(500),
        MaxProbeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Probes missed in a row that make a vote.</summary>
    public const int MissedProbes = 3;

    /// <summary>How often a silo reads the membership table. It is notified of changes as well.</summary>
    public static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a silo writes a sign of life, and how many may be missing. After a crash of all silos, the dead ones
    /// are ignored once their last sign of life is this old. So a whole cluster restarts within seconds.
    /// </summary>
    public static readonly TimeSpan SignPeriod = TimeSpan.FromSeconds(5);

    /// <summary>See <see cref="SignPeriod"/>.</summary>
    public const int MissedSignatures = 3;

    /// <summary>How long a starting silo tries to reach the silos that the table lists as alive.</summary>
    public static readonly TimeSpan JoinWithin = TimeSpan.FromSeconds(30);

    /// <summary>How often a front reads the list of silos.</summary>
    public static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a call waits for its answer, unless its method sets another bound. After that its outcome is unknown,
    /// and it is retried.
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
