using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Announcements;

namespace OrleansSale.Grains.Webhooks;

/// <summary>Counts and logs what comes of the requests of this silo's endpoints.</summary>
public sealed partial class WebhookWatch(ILogger<WebhookWatch> log)
{
    // Never disposed: all engines of the process share it.
    private static readonly Meter Meter = new(EngineMeter.Name);

    private static readonly Counter<long> Tries = Meter.CreateCounter<long>(
        "sale.webhooks", "{try}", "Requests to endpoints of webhooks, by what came of them.");

    private static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "sale.webhook_events", "{event}", "Events that endpoints of webhooks have taken.");

    // As many as there are endpoints.
    private readonly ConcurrentDictionary<string, Outage> _outages = new(StringComparer.Ordinal);

    /// <summary>Records a try that has ended.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="events">The number of events.</param>
    /// <param name="result">What came of it.</param>
    public void Ended(string endpoint, int events, WebhookResult result)
    {
        var outage = _outages.GetOrAdd(endpoint, static _ => new Outage("webhook"));
        Tries.Add(1, new KeyValuePair<string, object?>("result", WordOf(result.Error?.Code)));
        if (result.Error is not { } error)
        {
            Events.Add(events);
            if (outage.Ends() is { } failures) Log.Works(log, endpoint, failures);
        }
        else if (outage.Fails(Describe(error))) Log.Fails(log, endpoint, Describe(error));
    }

    /// <summary>Records that an endpoint is not sent to any more.</summary>
    public void Disabled(string endpoint, WebhookState state, WebhookError? error) =>
        Log.Disabled(log, endpoint, state, error is null ? "" : Describe(error));

    /// <summary>Records that a request was given up.</summary>
    public void GivenUp(string endpoint, WebhookRequest request) =>
        Log.GivenUp(log, request.Number, endpoint, request.Tries);

    /// <summary>The faults of an endpoint.</summary>
    public static Fault[] FaultsOf(string endpoint, WebhookBook book, DateTimeOffset now)
    {
        var faults = new List<Fault>();
        var last = book.LastError is { } error ? $" Last: {Describe(error)}." : "";
        if (book.State is WebhookState.Gone or WebhookState.GivenUp)
        {
            faults.Add(new Fault(FaultKind.WebhookDisabled, null, book.Since,
                $"Nothing is sent to the webhook {endpoint} until an operator enables it: "
                    + (book.State == WebhookState.Gone
                        ? "it said that it is gone." : "it took nothing for three days.")));
        }
        else if (book.IsEnabled && book.FailingSince is { } since)
        {
            faults.Add(new Fault(
                FaultKind.WebhookFailing, null, since, $"The webhook {endpoint} takes nothing.{last}"));
        }
        var dead = book.Dead.Where(request => now - request.LastTry < DeliveryRules.TroubleLasts).ToList();
        if (dead.Count > 0)
        {
            faults.Add(new Fault(FaultKind.WebhookFailing, null, dead.Min(request => request.FirstTry ?? now),
                $"{dead.Count} requests to the webhook {endpoint} were given up: only an operator sends them again."));
        }
        return [.. faults];
    }

    private static string Describe(WebhookError error) =>
        error.Status is { } status ? $"answered {status}" : WordOf(error.Code);

    private static string WordOf(WebhookErrorCode? code) => code switch
    {
        null => "arrived",
        WebhookErrorCode.Answered => "answered",
        WebhookErrorCode.Redirected => "redirected",
        WebhookErrorCode.Gone => "gone",
        WebhookErrorCode.AddressRefused => "address-refused",
        WebhookErrorCode.NotReached => "not-reached",
        WebhookErrorCode.TimedOut => "timed-out",
        WebhookErrorCode.BrokenOff => "broken-off",
        WebhookErrorCode.NotRead => "not-read",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "unknown code"),
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "The webhook {Endpoint} takes nothing now; it is tried again, and further failures are only counted: "
                + "{Reason}")]
        public static partial void Fails(ILogger log, string endpoint, string reason);

        [LoggerMessage(2, LogLevel.Information,
            "The webhook {Endpoint} takes requests again, after {Failures} failures")]
        public static partial void Works(ILogger log, string endpoint, int failures);

        [LoggerMessage(3, LogLevel.Warning,
            "The webhook {Endpoint} is {State}: nothing is sent until an operator enables it. {Reason}")]
        public static partial void Disabled(ILogger log, string endpoint, WebhookState state, string reason);

        [LoggerMessage(4, LogLevel.Warning,
            "Request {Number} to the webhook {Endpoint} was given up after {Tries} tries: only an operator sends it "
                + "again")]
        public static partial void GivenUp(ILogger log, long number, string endpoint, int tries);
    }
}
