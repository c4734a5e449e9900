using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>The engine that a sale is run against: one process, or a cluster. Disposing ends all of it.</summary>
internal interface IEngineUnderLoad : IAsyncDisposable
{
    /// <summary>Where its fronts listen.</summary>
    IReadOnlyList<Uri> Fronts { get; }

    /// <summary>Where its metrics may be: those of every process.</summary>
    IReadOnlyList<Uri> Programs { get; }

    /// <summary>What an answer rests on.</summary>
    string Durability { get; }

    /// <summary>The last lines it wrote.</summary>
    string Output { get; }

    /// <summary>The slowest of its processes, from start to first answer.</summary>
    TimeSpan ToFirstAnswer { get; }

    /// <summary>From the start of its first process until all of it was ready.</summary>
    TimeSpan ToReady { get; }

    /// <summary>What its processes use, together; without a database server's.</summary>
    EngineUsage Usage();

    /// <summary>Its silos that others took for dead, or suspected of it, though none was ended.</summary>
    Task<int> CountSuspectedAsync(CancellationToken cancellationToken);

    /// <summary>Ends it in an orderly way; false: some of it had to be ended by force.</summary>
    Task<bool> StopAsync();
}
