using System.Net;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using OrleansSale.Api.Hosting;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Platforms;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>
/// An engine in this process whose channel is Weibo under its real addresses, to the engine as to the browser.
/// </summary>
public sealed class WeiboStage : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();
    private readonly WeiboPlatform _weibo = new();
    private EngineData? _data;
    private WebApplication? _app;
    private OtherPeople? _others;

    /// <summary>Where the engine listens.</summary>
    public Uri Address => new(_app!.Urls.First());

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = "OrleansSale.Api",
            EnvironmentName = "Development",
            ContentRootPath = WorkingCopy.Api,
            Args =
            [
                "--urls=http://127.0.0.1:0", $"--Sale:DataDirectory={_folder.Path}", "--Sale:Demo=false",
                "--Channels:weibo:Name:en=Weibo", "--Channels:weibo:Name:zh-CN=微博",
                "--Channels:weibo:SignIn:Provider=Weibo", "--Channels:weibo:SignIn:ClientId=206804",
                "--Channels:weibo:SignIn:ClientSecret=a-secret",
            ],
        });
        builder.Logging.ClearProviders();
        _data = await builder.AddEngineAsync();
        builder.Services.PostConfigureAll<HttpClientFactoryOptions>(options =>
            options.HttpMessageHandlerBuilderActions.Add(handlers =>
            {
                if (handlers.Name!.StartsWith("OpenIddict", StringComparison.Ordinal)) handlers.PrimaryHandler = _weibo;
            }));
        _app = builder.Build();
        _app.MapEngine();
        await _app.StartAsync();
        _others = new OtherPeople(Address);
    }

    /// <summary>Creates a batch whose reservations are open.</summary>
    public Task<string> CreateAsync() => _others!.CreateAsync(new Sale(Sale.Later));

    /// <summary>Shows a visitor's browser Weibo's page, on which they allow the sign-in.</summary>
    public Task ShowToAsync(Visitor visitor) =>
        visitor.Page.Context.RouteAsync("https://api.weibo.com/**", route =>
        {
            var asked = HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query);
            var answer = $"{asked["redirect_uri"]}?state={Uri.EscapeDataString(asked["state"]!)}"
                + $"&code={Uri.EscapeDataString(_weibo.Code)}";
            return route.FulfillAsync(new()
            {
                ContentType = "text/html; charset=utf-8",
                Body = $"<!doctype html><title>微博</title><a href=\"{WebUtility.HtmlEncode(answer)}\">授权</a>",
            });
        });

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _others?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        if (_data is not null) await _data.DisposeAsync();
        _weibo.Dispose();
        _folder.Dispose();
    }
}
