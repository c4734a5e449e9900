using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Grains.Following;

/// <summary>
/// Tells the webhooks how far a batch was followed: to each one call at a time. Nothing waits for them. What fails is
/// not told again, because each webhook looks for itself now and then.
/// </summary>
internal sealed class EndpointCalls(IGrainFactory grains, string batch, TimeProvider timeProvider)
{
    /// <summary>How long the list of webhooks is used before it is asked for again.</summary>
    public static readonly TimeSpan ListLasts = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);
    private string[] _endpoints = [];
    private DateTimeOffset _listedAt = DateTimeOffset.MinValue;
    private long _seq;

    /// <summary>Tells them; it never throws.</summary>
    /// <param name="seq">The last entry that was followed.</param>
    public async Task TellAsync(long seq)
    {
        _seq = seq;
        try
        {
            var now = timeProvider.GetUtcNow();
            if (now - _listedAt > ListLasts)
            {
                _endpoints = await grains.GetGrain<IWebhookIndexGrain>(IWebhookIndexGrain.Key).ListAsync();
                _listedAt = now;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The list is asked for again with the next page.
            return;
        }
        foreach (var endpoint in _endpoints.Where(endpoint => !_underWay.Contains(endpoint))) _ = TellAsync(endpoint);
    }

    private async Task TellAsync(string endpoint)
    {
        _underWay.Add(endpoint);
        try
        {
            for (var told = 0L; told < _seq;)
            {
                var seq = _seq;
                await grains.GetGrain<IWebhookGrain>(endpoint).NoteAsync(batch, seq);
                told = seq;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It logs its own failures.
        }
        finally
        {
            _underWay.Remove(endpoint);
        }
    }
}
