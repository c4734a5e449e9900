using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace OrleansSale.GrainInterfaces;

/// <summary>Where the actors of a front are.</summary>
public enum FrontKind
{
    /// <summary>In its own process.</summary>
    Embedded,

    /// <summary>On the silos of a cluster.</summary>
    Cluster,
}

/// <summary>Settings <c>Sale:…</c>.</summary>
public sealed class SaleOptions
{
    /// <summary>
    /// A purchase that waited this long is answered overloaded, in seconds: 1…60, 10 by default. Asking again under the
    /// same key is safe.
    /// </summary>
    [Range(1, 60)]
    public int AnswerWithinSeconds { get; set; } = 10;

    /// <summary>
    /// Waiting purchases per lane: 1…1,000,000, 20,000 by default. Further ones are answered overloaded at once. So
    /// are, while the batch is slower than its buyers, those that it cannot answer within <see cref="LongestWait"/>.
    /// </summary>
    [Range(1, 1_000_000)]
    public int LaneCapacity { get; set; } = 20_000;

    /// <summary>
    /// The longest expected wait of a purchase at the batch's pace: an eighth of the bound. The rest is reserved for
    /// unexpected delays, such as storage that stalls.
    /// </summary>
    public TimeSpan LongestWait => TimeSpan.FromSeconds(AnswerWithinSeconds / 8.0);

    /// <summary>
    /// How long a stopping front still answers while it reports that it is not ready, in seconds: 0…300. By default 3
    /// on a cluster, where other fronts continue, and else 0.
    /// </summary>
    [Range(0, 300)]
    public int DrainSeconds { get; set; }

    /// <summary>Where the actors of a front are; <see cref="FrontKind.Embedded"/> by default.</summary>
    public FrontKind? Front { get; set; }

    /// <summary>The folder of the engine's files; <c>data</c> by default.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>
    /// Whether to start with a ledger that lacks entries to which the documents refer. By default the start is refused.
    /// </summary>
    public bool AcceptOlderLedger { get; set; }

    /// <summary>
    /// Signs tickets: base64 of 32 bytes or more. While keys are rotated, several separated by spaces: the first signs,
    /// all verify. No default outside Development.
    /// </summary>
    public string? TicketKey { get; set; }

    /// <summary>
    /// The merchant's name on the pages, by language: <c>en</c> and <c>zh-CN</c>, at most 40 characters. A missing one
    /// is the other; without any, the name is OrleansSale.
    /// </summary>
    [DisplayName("language")]
    public Dictionary<string, string> MerchantName { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The merchant's mark on the pages: an https or site-relative address of a picture, at most 2,000 characters. By
    /// default the pages have a mark of their own.
    /// </summary>
    public string? MerchantMarkUrl { get; set; }

    /// <summary>
    /// The proxies in front of a front: addresses and networks such as <c>10.0.0.0/24</c>, separated by spaces. What
    /// they say of the browser's address, scheme and host is believed. By default nobody is.
    /// </summary>
    public string? Proxies { get; set; }

    /// <summary>
    /// The path below which a proxy shows this engine, such as <c>/shop</c>: at most 128 characters. By default the
    /// engine has the whole site.
    /// </summary>
    public string? PathBase { get; set; }

    /// <summary>Whether an empty engine creates the demo batch. By default in Development only.</summary>
    public bool? Demo { get; set; }

    /// <summary>
    /// Whether an engine in Development, where anybody can become an operator, may be reached from other machines. No
    /// by default; without meaning elsewhere.
    /// </summary>
    public bool OpenDevelopmentToNetwork { get; set; }
}
