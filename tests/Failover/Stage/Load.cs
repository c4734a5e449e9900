using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Failover.Stage;

/// <summary>How a cluster is loaded while parts of it die.</summary>
internal sealed record Load
{
    /// <summary>Units of the batch.</summary>
    public int Units { get; init; } = 20_000;

    /// <summary>Units that a user may have.</summary>
    public int PerUserLimit { get; init; } = 100;

    /// <summary>Most users who may wait in the line; null: as many as units.</summary>
    public int? StandbyLimit { get; init; }

    /// <summary>Users.</summary>
    public int Shoppers { get; init; } = 200;

    /// <summary>How many of them ask at the same time.</summary>
    public int Askers { get; init; } = 16;

    /// <summary>What they do.</summary>
    public Habits Habits { get; init; } = Habits.Eager;

    /// <summary>Of each asker, between two things. Default: none, which takes all that the machine has.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>For how long they ask again after a 503. Default: not at all.</summary>
    public TimeSpan AsksAgainFor { get; init; }

    /// <summary>Whether the front with the sandbox may be down.</summary>
    public bool CashierMayBeAway { get; init; }
}
