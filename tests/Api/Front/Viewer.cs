using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text.Json;
using OrleansSale.Api.Sales.Live;

namespace OrleansSale.Tests.Api.Front;

/// <summary>Reads a stream of events as browsers do, by the parser of the platform.</summary>
internal sealed class Viewer : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private Viewer(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _events = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();
    }

    /// <summary>Opens a stream, and demands that it begins.</summary>
    public static async Task<Viewer> OpenAsync(
        FrontClient client, string path, string? by = null, params (string Name, string Value)[] headers)
    {
        var response = await client.OpenAsync(path, by, headers);
        ((int)response.StatusCode).ShouldBe(200, path);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        return new Viewer(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event, whatever it is.</summary>
    public async Task<SseItem<string>> NextAsync()
    {
        (await _events.MoveNextAsync().AsTask().WaitAsync(LiveStreams.MaxSilence + Soon))
            .ShouldBeTrue("the stream ended");
        return _events.Current;
    }

    /// <summary>Reads until an event fits.</summary>
    public async Task UntilAsync(Func<SseItem<string>, bool> fits)
    {
        var waited = Stopwatch.StartNew();
        while (!fits(await NextAsync())) waited.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    /// <summary>The next event of this name.</summary>
    public async Task<JsonElement> NextAsync(string name)
    {
        JsonElement found = default;
        await UntilAsync(shows =>
        {
            if (shows.EventType != name) return false;
            found = JsonElement.Parse(shows.Data);
            return true;
        });
        return found;
    }

    /// <summary>Reads until the stream ends; false if it breaks instead.</summary>
    public async Task<bool> EndsAsync()
    {
        try
        {
            while (await _events.MoveNextAsync().AsTask().WaitAsync(LiveStreams.MaxSilence + Soon))
            {
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}
