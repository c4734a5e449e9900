using System.Net;
using System.Text.RegularExpressions;

namespace OrleansSale.Tests.Api.SignIn.Platforms;

/// <summary>A visitor who keeps cookies, and follows no redirect but by hand.</summary>
internal sealed partial class SigningIn : IDisposable
{
    private readonly HttpClient _http;

    public SigningIn(Uri front, string language = "en")
    {
        Front = front;
        Cookies = new CookieContainer();
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            CookieContainer = Cookies,
            UseProxy = false,
        });
        _http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
    }

    public Uri Front { get; set; }

    public CookieContainer Cookies { get; }

    /// <summary>Asks for a page.</summary>
    public async Task<Answer> GetAsync(Uri address)
    {
        using var response = await _http.GetAsync(address);
        return await Answer.ReadAsync(response);
    }

    /// <summary>Asks for a page of the front.</summary>
    public Task<Answer> GetAsync(string path) => GetAsync(new Uri(Front, path));

    /// <summary>Sends a form to the front.</summary>
    public async Task<Answer> PostAsync(string path, HttpContent content)
    {
        using var response = await _http.PostAsync(new Uri(Front, path), content);
        return await Answer.ReadAsync(response);
    }

    /// <summary>Goes to the platform; returns where the front sends the browser.</summary>
    public async Task<Uri> BeginAsync(string channel, string returnTo = "/sale/mi2-1") =>
        LocationOf((await GetAsync($"/signin/{channel}?returnTo={Uri.EscapeDataString(returnTo)}")).Is(302));

    /// <summary>Goes to the platform and lets it answer; returns where that sends the browser.</summary>
    public async Task<Uri> AskAsync(string channel, string returnTo = "/sale/mi2-1") =>
        LocationOf((await GetAsync(await BeginAsync(channel, returnTo))).Is(302));

    /// <summary>The whole way; returns the front's last answer.</summary>
    public async Task<Answer> SignInAsync(string channel, string returnTo = "/sale/mi2-1") =>
        await GetAsync(await AskAsync(channel, returnTo));

    /// <summary>Who the front says they are.</summary>
    public async Task<Answer> MeAsync() => (await GetAsync("/api/me")).Is(200);

    public static Uri LocationOf(Answer answer) => new(answer.Header("Location")!);

    /// <summary>The code of a page about a sign-in.</summary>
    public static string? CodeOf(Answer answer) =>
        Code().Match(answer.Text) is { Success: true } found ? found.Groups[1].Value : null;

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("data-code=\"([a-z-]+)\"")]
    private static partial Regex Code();
}
