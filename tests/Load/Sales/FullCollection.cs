using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>Has another process of .NET collect all of its garbage, by the runtime's own diagnostics.</summary>
internal static class FullCollection
{
    /// <summary>
    /// Collections after which a process has given back the memory that is free. The runtime's collector keeps a region
    /// until it was free in 20 of them (AGE_IN_FREE_TO_DECOMMIT).
    /// </summary>
    public const int GivesBackAfter = 22;

    private const string Runtime = "Microsoft-Windows-DotNETRuntime";

    /// <summary>The keyword GCHeapCollect: whoever listens with it causes a full blocking collection.</summary>
    private const long Collect = 0x80_0000;

    /// <summary>Its events are not read; this is the least room that the runtime accepts.</summary>
    private const int BufferMegabytes = 1;

    /// <summary>Returns when the process has collected.</summary>
    public static async Task RunAsync(int process, CancellationToken cancellationToken)
    {
        var client = new DiagnosticsClient(process);
        using var session = await client.StartEventPipeSessionAsync(
            [new EventPipeProvider(Runtime, EventLevel.Informational, Collect)], requestRundown: false,
            BufferMegabytes, cancellationToken);
        var draining = session.EventStream.CopyToAsync(Stream.Null, cancellationToken);
        await session.StopAsync(cancellationToken);
        await draining;
    }
}
