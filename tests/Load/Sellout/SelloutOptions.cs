namespace OrleansSale.Tests.Load.Sellout;

/// <summary>What to sell to whom, and how hard to push.</summary>
internal sealed record SelloutOptions
{
    /// <summary>Silos of the cluster; 0: the engine in one process.</summary>
    public required int Silos { get; init; }

    /// <summary>Fronts of the cluster.</summary>
    public required int Fronts { get; init; }

    /// <summary>Units in the batch.</summary>
    public required int Units { get; init; }

    /// <summary>Users who reserve and buy one unit each.</summary>
    public required int Buyers { get; init; }

    /// <summary>Keep-alive connections.</summary>
    public required int Connections { get; init; }

    /// <summary>Over how many seconds the buyers arrive, evenly; 0: all of them at the opening.</summary>
    public required double ArrivalSeconds { get; init; }

    /// <summary>Which share of the buyers sends an Idempotency-Key, in percent.</summary>
    public required int KeyedPercent { get; init; }

    /// <summary>Which share of the buyers double-clicks, in percent.</summary>
    public required int DoubleClickPercent { get; init; }

    /// <summary>How long after its creation the batch opens; null: what a rehearsal foresees.</summary>
    public required double? ReserveSeconds { get; init; }

    /// <summary>Decides who has a key, who double-clicks, and in which order they come.</summary>
    public required int Seed { get; init; }

    /// <summary>Whether the engine's data is kept.</summary>
    public required bool Keep { get; init; }
}
