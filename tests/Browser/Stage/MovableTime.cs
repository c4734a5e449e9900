using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>
/// The time that all pages of a visitor see, moved ahead by as much as a test says: that of the browser, and with it
/// the server's in the boards. There are no live streams, so the pages ask for the boards.
/// </summary>
public sealed partial class MovableTime : IDisposable
{
    private readonly SemaphoreSlim _moving = new(1, 1);
    private readonly IBrowserContext _browser;
    private TimeSpan _ahead, _later;

    private MovableTime(IBrowserContext browser) => _browser = browser;

    /// <summary>Takes the time of a visitor into its hands, before they open anything.</summary>
    public static async Task<MovableTime> OfAsync(Visitor visitor)
    {
        var browser = visitor.Page.Context;
        var time = new MovableTime(browser);
        await browser.Clock.InstallAsync();
        await browser.RouteAsync(Boards(), time.AnswerAsync);
        await browser.RouteAsync(Streams(), route => route.AbortAsync());
        return time;
    }

    /// <summary>Moves it ahead.</summary>
    public async Task PassAsync(TimeSpan by)
    {
        // No board is under way meanwhile, so each is of one time only.
        await _moving.WaitAsync();
        try
        {
            _ahead += by;
            await _browser.Clock.FastForwardAsync((long)by.TotalMilliseconds);
        }
        finally
        {
            _moving.Release();
        }
    }

    /// <summary>From now on the boards show an opening that is so much later than planned.</summary>
    public void Postpone(TimeSpan by) => _later = by;

    /// <inheritdoc />
    public void Dispose() => _moving.Dispose();

    private async Task AnswerAsync(IRoute route)
    {
        await _moving.WaitAsync();
        try
        {
            var answer = await route.FetchAsync();
            var board = Time().Replace(await answer.TextAsync(), member =>
            {
                var shift = member.Groups[1].Value == "serverTime" ? _ahead : _later;
                var shown = DateTimeOffset.Parse(member.Groups[2].Value, CultureInfo.InvariantCulture) + shift;
                return $"\"{member.Groups[1].Value}\":\"{shown.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\"";
            });
            await route.FulfillAsync(new() { Response = answer, Body = board });
        }
        finally
        {
            _moving.Release();
        }
    }

    [GeneratedRegex("""/api/batches(\?.*|/[^/?]+)?$""")]
    private static partial Regex Boards();

    [GeneratedRegex("""/live(\?.*)?$""")]
    private static partial Regex Streams();

    [GeneratedRegex(@"""(serverTime|saleOpens|reservationCloses)"":""([^""]+)""")]
    private static partial Regex Time();
}
