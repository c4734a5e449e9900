using System.Collections.Concurrent;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Tests.Harness;

/// <summary>Takes the webhooks of all endpoints, and answers as a test says.</summary>
public sealed class FakeWebhooks : IWebhookSender
{
    private readonly ConcurrentQueue<WebhookPost> _all = new();

    /// <summary>What came of a request; that it arrived, by default.</summary>
    public Func<WebhookPost, Task<WebhookResult>> Answer { get; set; } = _ => Task.FromResult(WebhookResult.Arrived);

    /// <summary>Every request, in order, repeats included.</summary>
    public IReadOnlyList<WebhookPost> All => [.. _all];

    /// <inheritdoc/>
    public Task<AddressFault?> CheckAsync(string address) => Task.FromResult<AddressFault?>(null);

    /// <inheritdoc/>
    public Task<WebhookResult> SendAsync(WebhookPost post, CancellationToken cancellationToken = default)
    {
        _all.Enqueue(post);
        return Answer(post);
    }

    /// <summary>The events that requests to an address had, in order, repeats included.</summary>
    public IReadOnlyList<JsonElement> EventsAt(string address) =>
        [.. _all.Where(post => post.Address.AbsoluteUri == address).SelectMany(EventsOf)];

    /// <summary>The events of a request; none if it is a test.</summary>
    public static IReadOnlyList<JsonElement> EventsOf(WebhookPost post)
    {
        using var body = JsonDocument.Parse(post.Body);
        return body.RootElement.GetProperty("data").TryGetProperty("events", out var events)
            ? [.. events.EnumerateArray().Select(one => one.Clone())] : [];
    }
}
