using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>A sale, watched or not.</summary>
/// <param name="Viewers">Who watched; 0: nobody.</param>
/// <param name="PurchasesPerSecond">Orders told in a second, closed loop.</param>
/// <param name="ResidentMegabytes">The engine's resident memory after the purchases, with the viewers still there.</param>
/// <param name="ManagedMegabytes">Its managed heap after the last collection; null: not reported.</param>
internal sealed record WatchedSale(int Viewers, double PurchasesPerSecond, double ResidentMegabytes, double? ManagedMegabytes);

/// <summary>How the news of one change of phase spread.</summary>
/// <param name="Phase">The new phase.</param>
/// <param name="What">What changed it.</param>
/// <param name="SecondsToHalf">Until it had reached half of the viewers; null: never.</param>
/// <param name="SecondsTo99Percent">Until it had reached 99 % of them.</param>
/// <param name="SecondsToAll">Until it had reached all.</param>
internal sealed record PhaseChange(
    string Phase, string What, double? SecondsToHalf, double? SecondsTo99Percent, double? SecondsToAll);

/// <summary>A sale without viewers, and then one with them.</summary>
internal sealed record ViewersRound
{
    public required WatchedSale Without { get; init; }

    public required WatchedSale With { get; init; }

    /// <summary>Until all viewers saw the board.</summary>
    public required double ConnectSeconds { get; init; }

    public required IReadOnlyList<PhaseChange> Changes { get; init; }

    /// <summary>Boards that a viewer was told in a second, while purchases were measured.</summary>
    public required double BoardsPerSecond { get; init; }

    /// <summary>Viewers whose stream ended before its time.</summary>
    public required int Lost { get; init; }

    /// <summary>What the audits of both ledgers found; empty if nothing is wrong.</summary>
    public required IReadOnlyList<string> Violations { get; init; }
}

/// <summary>What many viewers cost. Written as JSON with camelCase names.</summary>
internal sealed record ViewersReport
{
    public required string Machine { get; init; }

    public required int Viewers { get; init; }

    public required IReadOnlyList<ViewersRound> Rounds { get; init; }

    /// <summary>Purchases a second with viewers ÷ without; the median of the rounds.</summary>
    public required double ThroughputKept { get; init; }

    public required IReadOnlyList<Check> Checks { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ViewersJson.Default.ViewersReport);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ViewersReport))]
internal sealed partial class ViewersJson : JsonSerializerContext;
