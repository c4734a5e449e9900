using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSale.Silo;
using OrleansSale.Silo.Starting;

namespace OrleansSale.Tests.Api.Starting;

/// <summary>In Development anybody can become an operator: nobody but this machine reaches it.</summary>
[Collection(SaleTests.Name)]
public sealed class DevelopmentTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Theory]
    [InlineData("urls", "http://0.0.0.0:0")]
    [InlineData("urls", "http://*:0")]
    [InlineData("urls", "http://+:0")]
    [InlineData("urls", "http://[::]:0")]
    [InlineData("urls", "http://10.1.2.3:0")]
    [InlineData("urls", "http://shop.example:0")]
    [InlineData("urls", "http://localhost.example:0")]
    [InlineData("urls", "http://127.0.0.1:0;http://0.0.0.0:0")]
    [InlineData("http_ports", "8080")]
    [InlineData("https_ports", "8080")]
    [InlineData("Kestrel:Endpoints:Web:Url", "http://*:8080")]
    public void It_listens_on_loopback_only(string key, string value)
    {
        var message = Should.Throw<StartException>(() => Prepare("Development", (key, value))).Message;
        message.ShouldContain(key);
        message.ShouldContain(DevelopmentDoor.Key);
        message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://shop.example:0")]
    public void It_listens_to_the_network_where_it_is_opened_and_elsewhere_than_in_Development(string urls)
    {
        Prepare("Development", ("urls", urls), (DevelopmentDoor.Key, "true"));
        Prepare("Production", ("urls", urls));
    }

    [Theory]
    [InlineData("http://localhost:0")]
    [InlineData("http://shop.localhost:0")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.1.2.3:0")]
    [InlineData("http://[::1]:0")]
    [InlineData("http://unix:/tmp/orleanssale.sock")]
    [InlineData("")]
    public void Loopback_is_listened_on(string urls) => Prepare("Development", ("urls", urls));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8080")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("[::2]")]
    [InlineData("0.0.0.0")]
    [InlineData("")]
    public async Task A_name_that_is_not_loopback_s_is_refused_wherever_it_asks(string host)
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var ticket = _sale.Sign.Ticket(user, batch);
        string[] requests =
        [
            "POST /dev/tokens", "GET /api/batches", "GET /", "GET /nowhere", "GET /health/live", "GET /metrics",
            $"POST /api/batches/{batch}/orders",
        ];
        foreach (var request in requests)
        {
            var (status, body, text) = await AskAsync(request, host, $"Authorization: Ticket {ticket}");
            status.ShouldBe(400, $"{request}: {text}");
            text.ShouldContain("application/problem+json");
            body.ShouldContain("\"code\":\"invalid-request\"");
            body.ShouldContain("\"field\":\"Host\"");
        }
        (await _sale.BoardAsync(batch)).Number("held").ShouldBe(0);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:8080")]
    [InlineData("LOCALHOST:1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("[::1]")]
    [InlineData("[::1]:8080")]
    [InlineData("shop.localhost:8080")]
    public async Task A_name_of_loopback_is_answered(string host)
    {
        (await AskAsync("GET /health/live", host)).Status.ShouldBe(200);
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        (await AskAsync($"POST /api/batches/{batch}/orders", host,
            $"Authorization: Ticket {_sale.Sign.Ticket(user, batch)}")).Status.ShouldBe(201);
    }

    [Fact]
    public async Task A_name_in_the_request_s_target_is_judged_as_one_in_its_header()
    {
        (await AskAsync("GET http://evil.example/api/batches", "evil.example")).Status.ShouldBe(400);
        (await AskAsync("GET http://evil.example/api/batches", "localhost")).Status.ShouldBe(400);
        (await AskAsync("GET http://localhost/api/batches", "localhost")).Status.ShouldBe(200);
    }

    [Fact]
    public void Names_may_be_added_but_not_all_of_them()
    {
        var hosts = Hosts("Development", ("AllowedHosts", "shop.test;*"));
        hosts.ShouldContain("shop.test");
        hosts.ShouldContain("localhost");
        hosts.ShouldNotContain("*");
        Hosts("Development", ("AllowedHosts", "shop.test"), (DevelopmentDoor.Key, "true")).ShouldBe(["shop.test"]);
        Hosts("Production", ("AllowedHosts", "shop.test;*.shop.test")).ShouldBe(["shop.test", "*.shop.test"]);
        Hosts("Production").ShouldBe(["*"]);
    }

    private async Task<(int Status, string Body, string Text)> AskAsync(
        string request, string host, params string[] headers) =>
        await RawPost.SendTextAsync(_sale.Client.Address, $"{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            + string.Concat(headers.Select(header => header + "\r\n")) + "Content-Length: 0\r\n\r\n");

    private static IList<string> Hosts(string environment, params (string Key, string Value)[] settings)
    {
        using var app = (IDisposable)Prepare(environment, settings).Build();
        return ((WebApplication)app).Services.GetRequiredService<IOptions<HostFilteringOptions>>().Value.AllowedHosts;
    }

    private static WebApplicationBuilder Prepare(string environment, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            EnvironmentName = environment,
            Args = [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")],
        });
        WebSettings.Require(builder, "http://127.0.0.1:0");
        return builder;
    }
}
