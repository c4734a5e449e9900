using System.Security.Cryptography;
using System.Text;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Grains.Webhooks;

/// <summary>The bounds of webhooks, and the form of their requests.</summary>
public static class WebhookRules
{
    /// <summary>Most requests under way to an endpoint.</summary>
    public const int MaxUnderWay = 16;

    /// <summary>Most events of a request.</summary>
    public const int MaxEvents = 100;

    /// <summary>The longest body of a request, in bytes: less than the 20 KB of Standard Webhooks.</summary>
    public const int MaxBodyBytes = 20_000;

    /// <summary>
    /// Most requests of an endpoint that wait. What follows stays in the ledgers meanwhile: so an order that does not
    /// arrive holds back its own events, and others only once so many requests wait.
    /// </summary>
    public const int MaxWaiting = 64;

    /// <summary>Most requests of an endpoint that were given up and are kept: the last ones.</summary>
    public const int MaxDead = 200;

    /// <summary>Most replays of an endpoint that are not done, and most done ones that are remembered.</summary>
    public const int MaxReplays = 16;

    /// <summary>Most secrets that sign at the same time.</summary>
    public const int MaxSecrets = 4;

    /// <summary>How long a try may take.</summary>
    public static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(15);

    /// <summary>The type of the requests that have events.</summary>
    public const string EventsType = "ledger.entries";

    /// <summary>The type of a test request.</summary>
    public const string TestType = "test";

    // The members around the events; a batch's id has at most 64 characters.
    private const int FrameBytes = 300;

    /// <summary>The longest event, in bytes. A longer one is sent without its data.</summary>
    public const int MaxEventBytes = MaxBodyBytes - FrameBytes;

    /// <summary>
    /// The id of a request, the same for every try: it follows from the endpoint, its number and its events.
    /// </summary>
    public static string IdOf(string endpoint, WebhookRequest request)
    {
        var text = $"{endpoint}/{request.Number}/{request.Batch}/{string.Join(',', request.Seqs)}";
        return "msg_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary>The body of a request.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="at">The instant of its last event, as in the ledger.</param>
    /// <param name="events">Its events as JSON.</param>
    public static byte[] BodyOf(string batch, string at, IReadOnlyList<byte[]> events)
    {
        using var body = new MemoryStream();
        void Add(string text) => body.Write(Encoding.UTF8.GetBytes(text));
        // A batch's id and an instant need no escapes.
        Add($$"""{"type":"{{EventsType}}","timestamp":"{{at}}","data":{"batch":"{{batch}}","events":[""");
        for (var i = 0; i < events.Count; i++)
        {
            if (i > 0) Add(",");
            body.Write(events[i]);
        }
        Add("]}}");
        return body.ToArray();
    }

    /// <summary>The body of a test request.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="at">The instant.</param>
    public static byte[] TestBodyOf(string endpoint, DateTimeOffset at) => Encoding.UTF8.GetBytes(
        $$$"""{"type":"{{{TestType}}}","timestamp":"{{{TextOf(at)}}}","data":{"endpoint":"{{{endpoint}}}"}}""");

    private static string TextOf(DateTimeOffset at)
    {
        Span<byte> text = stackalloc byte[InstantText.Length];
        InstantText.Write(at, text);
        return Encoding.UTF8.GetString(text);
    }
}

/// <summary>A request that waits or was given up, as stored. It has no content: that is read for each try.</summary>
/// <param name="Number">Its number: later ones are higher.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Seqs">The sequences of its entries, ascending.</param>
/// <param name="Keys">What its events concern.</param>
/// <param name="Bytes">About the length of its events in bytes.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.WebhookRequest")]
public sealed record WebhookRequest(
    [property: Id(0)] long Number, [property: Id(1)] string Batch, [property: Id(2)] long[] Seqs,
    [property: Id(3)] long[] Keys, [property: Id(4)] int Bytes)
{
    /// <summary>How many times it was tried.</summary>
    [Id(5)] public int Tries { get; init; }

    /// <summary>How many times since it was last begun anew: that is what the waits follow.</summary>
    [Id(6)] public int TriesInARow { get; init; }

    /// <summary>When the first try since then began; null: there was none.</summary>
    [Id(7)] public DateTimeOffset? FirstTry { get; init; }

    /// <summary>When the last try began; null: there was none.</summary>
    [Id(8)] public DateTimeOffset? LastTry { get; init; }

    /// <summary>When it is tried next at the earliest.</summary>
    [Id(9)] public DateTimeOffset NextTry { get; init; }

    /// <summary>What came of the last try; null: nothing failed.</summary>
    [Id(10)] public WebhookError? LastError { get; init; }

    /// <summary>The key of the operator's last retry; null: there was none.</summary>
    [Id(11)] public string? RetryKey { get; init; }

    /// <summary>The request, begun anew.</summary>
    public WebhookRequest Again(DateTimeOffset now) =>
        this with { NextTry = now, FirstTry = null, TriesInARow = 0 };
}
