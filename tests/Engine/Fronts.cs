using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Engine;

/// <summary>Sends requests to an engine that has one front or several.</summary>
/// <remarks>
/// It stays with one front as long as that answers. A connection that is refused or closed sends it to the next one
/// with the same request, which is safe: every request may be repeated. Silence does not: it is what must not happen.
/// </remarks>
internal sealed class Fronts(IReadOnlyList<Uri> addresses, TimeSpan answerWithin) : IDisposable
{
    private const string Json = "application/json", ProblemJson = "application/problem+json";

    private static readonly TimeSpan NobodyThereDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new() { Timeout = answerWithin };
    private volatile int _current;
    private long _longestTicks;

    /// <summary>For how long a request is sent again after a 503, or while no front is there.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>The longest that a single answer took.</summary>
    public TimeSpan LongestAnswer => TimeSpan.FromTicks(Interlocked.Read(ref _longestTicks));

    /// <summary>The path at the front that is asked now.</summary>
    public Uri At(string path) => new(addresses[_current], path);

    public async Task<EngineAnswer> SendAsync(
        HttpMethod method, string path, AuthenticationHeaderValue? credential, JsonNode? body, string? key)
    {
        var started = Stopwatch.GetTimestamp();
        for (var unanswered = 0; ;)
        {
            var front = _current;
            using var request = Write(method, new Uri(addresses[front], path), credential, body, key);
            var (answer, again) = await SendOnceAsync(request);
            if (again is not { } after) return answer;
            if (answer.Answered)
            {
                unanswered = 0;
            }
            else
            {
                // Other requests of this client may have switched to the next front already.
                Interlocked.CompareExchange(ref _current, (front + 1) % addresses.Count, front);
                if (++unanswered % addresses.Count != 0) continue;
            }

            if (Stopwatch.GetElapsedTime(started) + after >= Patience) return answer;
            await Task.Delay(after); // paced: as long as the server says
        }
    }

    /// <summary>A request whose answer is read as it comes.</summary>
    /// <exception cref="HttpRequestException">It did not come.</exception>
    public async Task<Stream> OpenAsync(string path, AuthenticationHeaderValue? credential)
    {
        using var request = Write(HttpMethod.Get, At(path), credential, null, null);
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStreamAsync();
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Write(
        HttpMethod method, Uri address, AuthenticationHeaderValue? credential, JsonNode? body, string? key)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = credential;
        if (key is not null) request.Headers.Add(EngineClient.KeyHeader, key);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, Json);
        return request;
    }

    /// <returns>What was answered, and after how long it may be asked again; null: it is not to be.</returns>
    private async Task<(EngineAnswer Answer, TimeSpan? Again)> SendOnceAsync(HttpRequestMessage request)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await _http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            NoteDuration(Stopwatch.GetElapsedTime(started));
            var isJson = answer.Content.Headers.ContentType?.MediaType is Json or ProblemJson;
            return (new EngineAnswer((int)answer.StatusCode, isJson ? JsonElement.Parse(text) : default),
                RetryAfter(answer));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return (EngineAnswer.None, NobodyThereDelay);
        }
        catch (TaskCanceledException)
        {
            return (EngineAnswer.None, null);
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        if (answer.StatusCode != HttpStatusCode.ServiceUnavailable) return null;
        return answer.Headers.RetryAfter?.Delta is { } said && said > LongestRetryAfter
            ? LongestRetryAfter
            : answer.Headers.RetryAfter?.Delta;
    }

    private void NoteDuration(TimeSpan duration)
    {
        var longest = Interlocked.Read(ref _longestTicks);
        while (duration.Ticks > longest)
        {
            var seen = Interlocked.CompareExchange(ref _longestTicks, duration.Ticks, longest);
            if (seen == longest) return;
            longest = seen;
        }
    }
}
