using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>
/// What a browser fetches to show a page for the first time, and how long that takes on a slow phone.
/// </summary>
public sealed class FirstLoad
{
    /// <summary>How many times slower than this machine the phone is.</summary>
    public const int Slowdown = 4;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(0.05);

    private readonly ConcurrentDictionary<string, Uri> _addresses = new();
    private readonly ConcurrentDictionary<string, bool> _pictures = new();
    private readonly ConcurrentDictionary<string, long> _bytes = new();

    private FirstLoad()
    {
    }

    /// <summary>Paths of all requests.</summary>
    public IReadOnlyCollection<string> Requests => [.. _addresses.Values.Select(address => address.AbsolutePath)];

    /// <summary>Bytes received so far, with the headers and without the pictures.</summary>
    /// <param name="but">A path that is not counted; null: all are.</param>
    public long Bytes(string? but = null) =>
        _bytes.Where(one => !_pictures.ContainsKey(one.Key)
            && _addresses.GetValueOrDefault(one.Key)?.AbsolutePath != but).Sum(one => one.Value);

    /// <summary>Instants of the browser's own measures in milliseconds, and the layout shift so far.</summary>
    public JsonElement Measures { get; private set; }

    /// <summary>Opens a page with an empty cache, and watches until a path has been asked for so many times.</summary>
    /// <param name="visitor">Whose browser has loaded nothing yet.</param>
    /// <param name="path">The page.</param>
    /// <param name="last">The path whose requests are the last of the load.</param>
    /// <param name="times">How many of them belong to it.</param>
    public static async Task<FirstLoad> WatchAsync(Visitor visitor, string path, string last, int times)
    {
        var load = new FirstLoad();
        var browser = await visitor.Page.Context.NewCDPSessionAsync(visitor.Page);
        await browser.SendAsync("Network.enable");
        await browser.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = Slowdown });
        browser.Event("Network.requestWillBeSent").OnEvent += (_, told) => load.TakeRequest(told!.Value);
        browser.Event("Network.responseReceived").OnEvent += (_, told) => load.Add(
            told!.Value, told!.Value.GetProperty("response").GetProperty("encodedDataLength").GetInt64());
        browser.Event("Network.dataReceived").OnEvent += (_, told) => load.Add(
            told!.Value, told!.Value.GetProperty("encodedDataLength").GetInt64());
        await visitor.Page.GotoAsync(path);
        var waiting = Stopwatch.StartNew();
        while (load.Requests.Count(asked => asked == last) < times)
        {
            if (waiting.ElapsedMilliseconds > Visitor.PatienceMs)
                throw new TimeoutException($"{last} was not asked for {times} times");
            await Task.Delay(LookInterval); // bounded poll
        }
        load.Measures = await visitor.Page.EvaluateAsync<JsonElement>("""
            () => new Promise(resolve => {
              const told = { shift: 0 };
              new PerformanceObserver(list => {
                for (const entry of list.getEntries()) {
                  if (entry.entryType === 'layout-shift')
                    told.shift += entry.hadRecentInput ? 0 : entry.value;
                  else
                    told[entry.name || entry.entryType] = Math.round(entry.startTime);
                }
              }).observe({ type: 'layout-shift', buffered: true });
              for (const entry of performance.getEntriesByType('paint'))
                told[entry.name] = Math.round(entry.startTime);
              setTimeout(() => resolve(told), 100);
            })
            """);
        return load;
    }

    private void TakeRequest(JsonElement told)
    {
        var address = new Uri(told.GetProperty("request").GetProperty("url").GetString()!);
        if (address.Scheme is not ("http" or "https")) return;
        var id = IdOf(told);
        _addresses[id] = address;
        if (told.GetProperty("type").GetString() == "Image") _pictures[id] = true;
    }

    private void Add(JsonElement told, long bytes) => _bytes.AddOrUpdate(IdOf(told), bytes, (_, sum) => sum + bytes);

    private static string IdOf(JsonElement told) => told.GetProperty("requestId").GetString()!;
}
