using System.Net;

namespace OrleansSale.Tests.Engine.Cluster;

/// <summary>A cluster to start: silos and fronts over a database.</summary>
/// <param name="Identity">Its name and its database.</param>
/// <param name="Secrets">Its secrets; null: the programs make them and keep them in the database.</param>
public sealed record ClusterPlan(ClusterIdentity Identity, EngineSecrets? Secrets)
{
    /// <summary>How many silos. Default: 3.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>How many fronts, each with the sandbox. Default: 2.</summary>
    public int Fronts { get; init; } = 2;

    /// <summary>Whether an empty engine gets the demo batch. Default: it does not.</summary>
    public bool Demo { get; init; }

    /// <summary>The port of the first front; those of the others follow. Default: 0, free ones.</summary>
    public int FirstFrontPort { get; init; }

    /// <summary>Settings of all programs besides.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>A command that becomes the program, before each of them.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>Where the silos are, one place for each; none: all on loopback.</summary>
    public IReadOnlyList<SiloPlace> Places { get; init; } = [];

    /// <summary>Where each program's output goes too, whole, in a file of its own; null: nowhere.</summary>
    public string? LogDirectory { get; init; }
}

/// <summary>Where a silo runs.</summary>
/// <param name="Host">Its address.</param>
/// <param name="Launcher">A command that becomes the program there.</param>
/// <param name="ConnectionString">The database as it is reached from there.</param>
public sealed record SiloPlace(IPAddress Host, IReadOnlyList<string> Launcher, string ConnectionString);
