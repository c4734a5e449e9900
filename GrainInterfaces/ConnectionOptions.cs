using System.ComponentModel.DataAnnotations;

namespace OrleansSale.GrainInterfaces;

/// <summary>
/// Settings <c>Sale:…</c> of the clients' connections. Their defaults depend on how many files may be open.
/// </summary>
public sealed class ConnectionOptions
{
    /// <summary>
    /// Open files that are no client's connection: about 380 are the program's own, the rest is for storage, other
    /// members and the payment provider.
    /// </summary>
    public const int KeptFiles = 512;

    /// <summary>Clients' connections at the same time: 16…1,000,000. Further ones are closed at once.</summary>
    [Range(16, 1_000_000)]
    public int? MaxConnections { get; set; }

    /// <summary>
    /// Event streams at the same time: 1…1,000,000, fewer than the connections. Further ones are overloaded.
    /// </summary>
    [Range(1, 1_000_000)]
    public int? MaxStreams { get; set; }

    /// <summary>
    /// How long a part of an answer, 64 KiB at most, may wait for its client to read, in
    /// seconds: 1…600, 20 by default. Then the connection is closed.
    /// </summary>
    [Range(1, 600)]
    public int ClientPatienceSeconds { get; set; } = 20;

    /// <summary>The same, as a span of time.</summary>
    public TimeSpan ClientPatience => TimeSpan.FromSeconds(ClientPatienceSeconds);

    /// <summary>
    /// A client that has vanished is noticed this long after the first data that it did not acknowledge. Event streams
    /// send data every few seconds. This bound is the longer of the two, so that a stalled answer ends in an orderly
    /// way.
    /// </summary>
    public TimeSpan Unacknowledged => 2 * ClientPatience;

    /// <summary>Fills in the missing settings for this many open files.</summary>
    /// <param name="openFiles">The most that the system allows.</param>
    public void Follow(int openFiles)
    {
        MaxConnections ??= Math.Clamp(openFiles - Math.Max(KeptFiles, openFiles / 4), 16, 1_000_000);
        // The other quarter is for purchases and everything else.
        MaxStreams ??= MaxConnections.Value / 4 * 3;
    }
}
