namespace OrleansSale.Tests.Load.Engine.Places;

/// <summary>Where a ledger is kept. Disposing deletes everything that was kept there.</summary>
internal interface ILedgerPlace : IAsyncDisposable
{
    /// <summary>Its name in the report.</summary>
    string Name { get; }

    /// <summary>What an acknowledgement is worth.</summary>
    string Durability { get; }

    /// <summary>The process of the database server, which may have children; null if there is none.</summary>
    int? ServerProcess { get; }

    /// <summary>Makes an empty place, deletes the one before, and returns the engine's settings for it.</summary>
    Task<IReadOnlyList<string>> RenewAsync(CancellationToken cancellationToken);
}

/// <summary>Opens places.</summary>
internal static class LedgerPlace
{
    /// <summary>Opens the place of a ledger.</summary>
    /// <exception cref="Tests.Engine.EngineException">Its server is not installed, or did not start.</exception>
    public static async Task<ILedgerPlace> OpenAsync(string ledger, CancellationToken cancellationToken) => ledger switch
    {
        MeasureOptions.Sqlite => new SqlitePlace(),
        MeasureOptions.Postgres => await PostgresPlace.StartAsync(cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(ledger), ledger, "no such ledger"),
    };
}
