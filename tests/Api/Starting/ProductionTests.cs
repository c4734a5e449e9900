using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Starting;

/// <summary>What is not for buyers, outside Development.</summary>
public sealed partial class ProductionTests : IAsyncLifetime
{
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Environment = "Production",
        Settings = new()
        {
            ["Payments:BaseAddress"] = "http://127.0.0.1:9",
            ["Payments:PublicAddress"] = "https://shop.example",
            // The channel that the routes are filled in with.
            ["Channels:1:Replies:Secret"] = Convert.ToBase64String(new byte[32]),
        },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task What_is_for_development_is_not_there()
    {
        foreach (var (method, path) in ((string, string)[])
        [
            ("POST", "/dev/tokens"), ("GET", "/dev/tokens"), ("POST", "/sandbox/checkouts"),
            ("GET", "/sandbox/payments"),
            ("POST", "/sandbox/refunds"), ("GET", "/sandbox/checkouts/00000000000000000000000000000000"),
            ("POST", "/sandbox/checkouts/00000000000000000000000000000000"), ("GET", "/sandbox/assets/cashier.js"),
            ("GET", "/sandbox/platform/login"), ("GET", "/sandbox/platform/.well-known/openid-configuration"),
        ])
        {
            foreach (var by in (string?[])[null, _sale.Operator])
                (await _sale.Client.SendAsync(method, path, by, method == "POST" ? "{}" : null))
                    .IsRefusal(404, "not-found");
        }
    }

    [Fact]
    public async Task What_operators_look_at_is_for_operators()
    {
        var buyer = _sale.Sign.Bearer(_sale.NewUser());
        foreach (var path in (string[])["/dashboard", "/dashboard/", "/metrics", "/scalar", "/scalar/", "/scalar/v1",
            "/scalar/scalar.js", "/scalar/scalar.aspnetcore.js", "/openapi/v1.json", "/dashboard/index.min.js"])
        {
            (await _sale.Client.GetAsync(path)).IsRefusal(401, "unauthenticated");
            (await _sale.Client.GetAsync(path, "Bearer rubbish")).IsRefusal(401, "unauthenticated");
            (await _sale.Client.GetAsync(path, buyer)).IsRefusal(403, "forbidden");
            (await _sale.Client.GetAsync(path, _sale.Operator)).Status.ShouldBeOneOf([200, 301, 302], path);
        }

        (await _sale.Client.GetAsync("/health/live")).Is(200);
        (await _sale.ReadyAsync())[0].ShouldBe("ready");
    }

    // All paths that answer without a credential, however they were mapped.
    private static readonly string[] Open =
    [
        "GET /", "GET /sale/{batch}",
        "GET /api/batches", "GET /api/batches/{batch}", "GET /api/batches/{batch}/live",
        "GET /api/batches/{batch}/announcements", "GET /api/batches/{batch}/calendar.ics",
        "GET /api/channels", "GET /api/me", "DELETE /api/me/session",
        "GET /health/live", "GET /health/ready",
        "GET /signin/{channel}", "GET /signin/{channel}/callback", "POST /signin/{channel}/callback",
        "GET /signout", "POST /signout",
    ];

    [Fact]
    public async Task Nothing_is_open_that_is_not_meant_to_be()
    {
        var batch = await _sale.CreateAsync();
        var open = new List<string>();
        foreach (var (method, path, pattern) in Routes.Of(_sale.Front, batch, $"{batch}.1"))
        {
            foreach (var asked in (string[])[method, method == "GET" ? "HEAD" : method])
            {
                // The body is valid where it is read first. So the request is refused only because it has no
                // credential.
                var body = pattern.EndsWith("/delivery", StringComparison.Ordinal) && method == "PUT"
                    ? """{"name":"x","phone":"12345","address":"xy"}"""
                    : null;
                using var response = await _sale.Client.OpenAsync(asked, $"{path}?batch={batch}", body);
                if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)) open.Add(
                    $"{method} {pattern}");
            }
        }

        open.Where(route => !IsFile(route)).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(Open.Order(StringComparer.Ordinal));
    }

    // What the pages load.
    private static bool IsFile(string route) => FileRoute().IsMatch(route);

    [GeneratedRegex("^(GET|HEAD) /(pages|img)/")]
    private static partial Regex FileRoute();

    [Fact]
    public void A_session_is_kept_to_this_host_and_to_encrypted_connections()
    {
        var cookie = _sale.Front.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>()
            .Get(CookieAuthenticationDefaults.AuthenticationScheme).Cookie;
        cookie.Name.ShouldBe("__Host-sale");
        (cookie.SecurePolicy, cookie.HttpOnly, cookie.SameSite)
            .ShouldBe((CookieSecurePolicy.Always, true, SameSiteMode.Strict));
        (cookie.Path, cookie.Domain).ShouldBe(("/", null), "as the prefix demands");
    }

    [Fact]
    public async Task A_sale_works_without_anything_of_development()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        var ticket = (await _sale.ReserveAsync(batch, user)).Is(201)["ticket"]!;
        _sale.Clock.Advance(2 * Offer.StageLasts);
        var order = (await _sale.Client.BuyAsync(batch, "Ticket " + ticket)).Is(201)["id"]!;
        // There is no provider. So the buyer is asked to come back, and the order stays.
        (await _sale.CheckOutAsync(order, user)).IsRefusal(503, "overloaded");
        (await _sale.ReadOrderAsync(order, user)).Is(200)["status"].ShouldBe("awaiting-payment");
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sandbox_that_the_settings_ask_for_is_warned_of()
    {
        var lines = new LogLines();
        await using var open = await SaleFront.StartAsync(new FrontPlan
        {
            Environment = "Production",
            Settings = new()
            {
                ["Payments:Sandbox"] = "true",
                ["Payments:PublicAddress"] = "https://shop.example",
            },
            Services = services => services.AddSingleton<ILoggerProvider>(lines),
        });
        (await open.Client.GetAsync("/sandbox/platform/login")).Is(200);
        lines.With("Payments:Sandbox is on").ShouldHaveSingleItem().Text.ShouldContain("without money");
    }

    [Fact]
    public async Task Two_engines_run_side_by_side_and_share_nothing()
    {
        await using var other = await SaleFront.StartAsync();
        var (here, there) = (await _sale.CreateAsync(stock: 1), await other.CreateAsync(stock: 2));
        here.ShouldBe(there, "both number their batches alike");
        (await _sale.BoardAsync(here)).Number("stock").ShouldBe(1);
        (await other.BoardAsync(there)).Number("stock").ShouldBe(2);
        (await _sale.Client.GetAsync($"/api/me/orders?batch={here}", other.Sign.Bearer("weibo:alice")))
            .IsRefusal(401, "unauthenticated");
        (await _sale.Client.BuyAsync(here, "Ticket " + other.Sign.Ticket("weibo:alice", here)))
            .IsRefusal(401, "unauthenticated");
    }
}
